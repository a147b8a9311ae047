package import HTTPSemantics
package import HTTPServer
package import Platform
package import TLS

/// A server on a free port of the loopback address, with one event loop unless told otherwise.
package struct RunningServer: Sendable {
    package let server: HTTPServer
    package let recorder: EventRecorder
    package let address: SocketAddress

    /// Serves while `body` runs, and ends whatever is left then.
    package static func run(
        limits: ServerLimits = ServerLimits(), loops: Int = 1, tls: TLSContext? = nil,
        makeHandler: @escaping @Sendable () -> any RequestHandler = { PathHandler() },
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        let recorder = EventRecorder()
        var currentTLS: (@Sendable () -> TLSContext)?
        if let tls { currentTLS = { tls } }
        let server = try HTTPServer(
            endpoints: [
                Endpoint(
                    address: SocketAddress(host: "127.0.0.1", port: 0), currentTLS: currentTLS,
                    makeHandler: makeHandler)
            ], loops: loops, name: "test", limits: limits, observer: recorder,
            onFailure: { recorder.note("loop failed: \($0)") })
        let running = RunningServer(server: server, recorder: recorder, address: server.addresses[0])
        do {
            try await body(running)
        } catch {
            await running.end()
            throw error
        }
        await running.end()
    }

    /// Returns once connections are refused, which the event loop brings about when it sees that it is to stop. One that
    /// comes before that asks nothing and is cut soon after it.
    package func awaitRefusal() {
        while let peer = try? Peer(to: address) { _ = peer.isCut() }
    }

    package func end() async {
        server.abort()
        await server.stop()
    }
}
