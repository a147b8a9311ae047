import HTTPSemantics
import Platform
import ServerTestSupport
import TLS
import Testing

@testable import HTTPServer

/// One event loop whose flags the test sets itself, in the order it needs.
final class HeldLoop: Sendable {
    let gate = Gate()
    let recorder = EventRecorder()
    let control: LoopControl
    let address: SocketAddress
    private let ended = Gate()

    init(limits: ServerLimits, tls: TLSContext? = nil) throws {
        let control = try LoopControl()
        let socket = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0))
        self.control = control
        address = socket.address
        try SystemThread.start(name: "test") { [gate, recorder, ended] in
            let context = LoopContext(
                limits: limits, budget: BodyBudget(bytes: 1 << 20), observer: recorder, control: control)
            var currentTLS: (@Sendable () -> TLSContext)?
            if let tls { currentTLS = { tls } }
            let endpoint = Endpoint(address: socket.address, currentTLS: currentTLS) { PathHandler(gate: gate) }
            do {
                try EventLoop([(socket, endpoint)], control: control, context: context).run()
            } catch {
                recorder.note("loop failed: \(error)")
            }
            ended.arrive()
        }
    }

    /// Holds the loop inside a handler. The connection must be kept until the loop was let go.
    func hold() throws -> Peer {
        let holder = try Peer(to: address)
        try holder.send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(gate.awaitEntry())
        return holder
    }

    func awaitEnd() -> Bool { ended.awaitEntry() }
}
