import HTTPSemantics
import HTTPTransport
import Sandbox

/// One request on its way to a service, and its answer's head on the way back.
final class Exchange: StreamWaker {
    struct Answer: Sendable {
        let status: Int
        let fields: [(name: String, value: String)]
        let body: Body
    }

    enum Body: Sendable {
        case here([UInt8])
        case arriving(ArrivingBody)
    }

    /// How soon a packet is sent again that a silent link swallowed.
    private static let retransmission = Duration.seconds(1)

    private let request: SandboxRequest
    private let host: String
    private let client: String
    private let link: Link
    private let sandbox: SimulatedSandbox
    private let bodyLimit: Int
    private let silence: Duration?
    private let outcome = OneShot<Result<Answer, TransportError>>()
    /// An answer whose head the service holds back.
    private let held = OneShot<ResponseStream>()

    init(
        _ request: SandboxRequest, host: String, client: String, link: Link, sandbox: SimulatedSandbox, bodyLimit: Int,
        silence: Duration?
    ) {
        self.request = request
        self.host = host
        self.client = client
        self.link = link
        self.sandbox = sandbox
        self.bodyLimit = bodyLimit
        self.silence = silence
    }

    func answer(until deadline: Duration) async throws(TransportError) -> Answer {
        let simulation = sandbox.simulation
        let timer = simulation.after(deadline - simulation.now) { self.outcome.settle(.failure(.late)) }
        let carried = link.carry { self.outcome.settle(.failure(.broken)) }
        let place = sandbox.log.sent(client: client, host: host, request, at: simulation.now)
        if link.condition == .refused {
            simulation.after(link.delay()) { self.outcome.settle(.failure(.refused)) }
        } else {
            pass { self.arrive(place) }
        }
        let result = await outcome.value(onCancel: .failure(.cancelled))
        simulation.cancel(timer)
        link.drop(carried)
        held.peek?.attach(nil)
        return try result.get()
    }

    /// Takes something to the other side, unless the sender gives up before it can pass.
    private func pass(_ arrival: @escaping @Sendable () -> Void) {
        sandbox.simulation.after(link.delay()) { self.tryToPass(arrival) }
    }

    private func tryToPass(_ arrival: @escaping @Sendable () -> Void) {
        guard link.condition == .silent else { return arrival() }
        guard outcome.peek == nil else { return }
        sandbox.simulation.after(Self.retransmission) { self.tryToPass(arrival) }
    }

    private func arrive(_ place: Int) {
        switch sandbox.answer(request, host: host, from: client, logged: place) {
        case nil: outcome.settle(.failure(TransportError(.nameNotResolved, "\(host) has no address")))
        case .whole(let answer):
            let fields = [("content-type", answer.contentType)] + answer.fields.map { ($0.name.lowercased(), $0.value) }
            pass { self.settle(Int(answer.status), fields, .here(answer.body)) }
        case .open(let stream): pass { self.open(stream, 200, [("content-type", "application/json")]) }
        case .later(let stream):
            held.settle(stream)
            stream.attach(self)
            streamHasNews()
        }
    }

    func streamHasNews() {
        guard let stream = held.peek, !stream.isHeld else { return }
        stream.attach(nil)
        if stream.isGivenUp {
            pass { self.outcome.settle(.failure(.broken)) }
        } else if let head = stream.takeHead() {
            pass { self.open(stream, Int(head.status.code), head.madeFields.map { ($0.name.lowercased(), $0.value) }) }
        }
    }

    private func open(_ stream: ResponseStream, _ status: Int, _ fields: [(name: String, value: String)]) {
        let body = ArrivingBody(
            stream, link: link, simulation: sandbox.simulation, limit: bodyLimit, silence: silence)
        body.begin()
        if !settle(status, fields, .arriving(body)) { body.end(.failure(.cancelled)) }
    }

    @discardableResult
    private func settle(_ status: Int, _ fields: [(name: String, value: String)], _ body: Body) -> Bool {
        outcome.settle(.success(Answer(status: status, fields: fields, body: body)))
    }
}

extension TransportError {
    static let cancelled = TransportError(.cancelled, "the request was cancelled")
    static let late = TransportError(.timedOut, "no answer in time")
    static let broken = TransportError(.interrupted, "the connection broke")
    static let refused = TransportError(.connectFailed, "cannot connect")
    static let stalled = TransportError(.stalled, "the stream was silent for too long")
}
