import HTTPClient
import HTTPSemantics
import HTTPServer
import HTTPTransport
import Platform
import Synchronization
import TLS
import Testing

/// The project's own server on a free loopback port over TLS, and what it saw of its connections.
struct TestServer: Sendable {
    let address: SocketAddress
    let events: EventCounts

    var url: String { "https://\(address)" }

    /// Serves while `body` runs.
    static func run(
        requiresClientCertificate: Bool = false, offersHTTP2: Bool = true, _ body: (TestServer) async throws -> Void
    ) async throws {
        let certificates = try Certificates.shared.get()
        var settings = TLSSettings()
        settings.offersHTTP2 = offersHTTP2
        if requiresClientCertificate { settings.clientAuthorities = certificates.authority }
        let context = try TLSContext(
            certificateChain: certificates.server.certificate, privateKey: certificates.server.key, settings: settings)
        let events = EventCounts()
        let endpoint = Endpoint(
            address: SocketAddress(host: "127.0.0.1", port: 0), currentTLS: { context }, makeHandler: { EchoHandler() })
        let server = try HTTPServer(
            endpoints: [endpoint], loops: 1, name: "test", limits: ServerLimits(), observer: events, onFailure: { _ in }
        )
        let running = TestServer(address: server.addresses[0], events: events)
        do {
            try await body(running)
        } catch {
            server.abort()
            await server.stop()
            throw error
        }
        server.abort()
        await server.stop()
    }
}

/// Counts what a server reports.
final class EventCounts: ServerObserver {
    private let counts = Mutex<(accepted: Int, http2: Int)>((0, 0))

    func observe(_ event: ServerEvent) {
        counts.withLock { counts in
            switch event {
            case .accepted: counts.accepted += 1
            case .negotiated(.http2): counts.http2 += 1
            default: break
            }
        }
    }

    var accepted: Int { counts.withLock { $0.accepted } }
    var http2: Int { counts.withLock { $0.http2 } }
}

/// Answers with the path and the body that came; `/large` with `EchoHandler.largeBytes`.
final class EchoHandler: RequestHandler {
    static let largeBytes = 8_000_000

    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool { true }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        response.fields.append(("x-seen", "yes"))
        if head.hasPath("/large") {
            response.body = [UInt8](repeating: UInt8(ascii: "x"), count: EchoHandler.largeBytes)
            return
        }
        response.body.append(contentsOf: "\(head.path)?\(head.query) \(head.value(of: "x-field") ?? "-") ".utf8)
        for offset in body.byteOffsets {
            response.body.append(unsafe body.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
        }
    }
}

extension HTTPClient {
    /// Gets `url`, which must be answered 200.
    func expectOK(_ url: String) async throws {
        let status = try await send(OutgoingRequest("GET", url)).status
        #expect(status == 200)
    }

    /// Lends out a client that trusts the test's authority, and shuts it down.
    static func run<Result>(
        _ adjust: (inout HTTPClientSettings) throws -> Void = { _ in }, _ body: (HTTPClient) async throws -> Result
    ) async throws -> Result {
        var settings = HTTPClientSettings()
        settings.tls.authorities = try Certificates.shared.get().authority
        try adjust(&settings)
        let client = try HTTPClient(settings)
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
