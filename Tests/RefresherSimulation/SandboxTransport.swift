import HTTPSemantics
package import HTTPTransport
import Sandbox
import Synchronization

/// Carries a process's requests to the sandbox's services without a socket, in virtual time, with the deadlines, limits and
/// errors of `HTTPClient`.
package final class SandboxTransport: HTTPTransport {
    private let process: SimulatedProcess
    private let clock: VirtualClock
    private let sandbox: SimulatedSandbox
    private let links = Mutex<[String: Link]>([:])

    package init(_ process: SimulatedProcess, clock: VirtualClock, sandbox: SimulatedSandbox) {
        self.process = process
        self.clock = clock
        self.sandbox = sandbox
        process.onDeath { [weak self] in
            for link in self?.links.withLock({ $0.sorted { $0.key < $1.key }.map(\.value) }) ?? [] { link.reset() }
        }
    }

    /// The network to a host, which tests disturb.
    package func link(to host: String) -> Link {
        links.withLock { links in
            if let known = links[host] { return known }
            let link = Link(process.simulation)
            links[host] = link
            return link
        }
    }

    package func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
        let simulation = process.simulation
        let deadline = simulation.now + clock.world(request.timeout)
        let answer = try await exchange(request, until: deadline, bodyLimit: Int.max, silence: nil)
        var bytes: [UInt8] = []
        switch answer.body {
        case .here(let body): bytes = body
        case .arriving(let body):
            let timer = simulation.after(deadline - simulation.now) { body.end(.failure(.late)) }
            defer { simulation.cancel(timer) }
            let lease = BodyLease(body)
            while let piece = try await lease.next(), bytes.count <= request.responseLimit { bytes += piece }
        }
        guard bytes.count <= request.responseLimit else {
            throw TransportError(.responseTooLarge, "the answer is over \(request.responseLimit) bytes")
        }
        return IncomingResponse(status: answer.status, fields: answer.fields, body: bytes)
    }

    package func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
        let answer = try await exchange(
            request, until: process.simulation.now + clock.world(request.timeout), bodyLimit: request.responseLimit,
            silence: request.silence.map(clock.world))
        let pieces: AsyncThrowingStream<[UInt8], any Error>
        switch answer.body {
        case .here(let bytes):
            pieces = AsyncThrowingStream { pieces in
                pieces.yield(bytes)
                pieces.finish()
            }
        case .arriving(let body):
            let lease = BodyLease(body)
            pieces = AsyncThrowingStream { try await lease.next() }
        }
        return IncomingStream(status: answer.status, fields: answer.fields, body: pieces)
    }

    private func exchange(
        _ request: OutgoingRequest, until deadline: Duration, bodyLimit: Int, silence: Duration?
    ) async throws(TransportError) -> Exchange.Answer {
        guard !process.isDead else { throw TransportError(.closed, "the process was killed") }
        guard let separator = request.url.firstRange(of: "://") else {
            throw TransportError(.invalidRequest, "the URL has no scheme")
        }
        let host = String(request.url[separator.upperBound...].prefix { $0 != "/" })
        let target = String(request.url[separator.upperBound...].dropFirst(host.utf8.count))
        func field(_ name: String) -> String { request.fields.first { $0.name == name }?.value ?? "" }
        let asked = SandboxRequest(
            request.method, target, accept: field("accept"),
            contentType: String(field("content-type").prefix { $0 != ";" }), authorization: field("authorization"),
            fields: Dictionary(request.fields.map { ($0.name, $0.value) }) { first, _ in first }, body: request.body)
        let exchange = Exchange(
            asked, host: host, client: process.name, link: link(to: host), sandbox: sandbox, bodyLimit: bodyLimit,
            silence: silence)
        return try await exchange.answer(until: deadline)
    }
}
