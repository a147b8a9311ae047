internal import HTTPSemantics
package import Platform

/// An HTTP server on raw sockets: a number of event loops, each with a thread and listeners of its own (SO_REUSEPORT).
///
/// Its life: `start`, then `beginDrain` when it should lose its clients, then `stop`. Each may be called once.
package final class HTTPServer: Sendable {
    private let controls: [LoopControl]
    private let completion: Completion
    /// Where the endpoints listen, in the order they were given; port 0 has become the port that was free.
    package let addresses: [SocketAddress]

    /// Binds every endpoint on every loop and starts to serve.
    ///
    /// - Parameters:
    ///   - loops: event loops, one thread each.
    ///   - name: the threads' name in `ps -L`, 12 bytes or less.
    ///   - onFailure: called on a loop's thread when the kernel refuses to wait for events, which ends that loop.
    /// - Throws: `SystemError` naming the address that could not be bound.
    package init(
        endpoints: [Endpoint], loops: Int, name: String, limits: ServerLimits, observer: any ServerObserver,
        onFailure: @escaping @Sendable (SystemError) -> Void
    ) throws(SystemError) {
        let budget = BodyBudget(bytes: limits.bufferedBodyBytes)
        var bound = endpoints
        var shares: [[(ListeningSocket, Endpoint)]] = []
        for _ in 0..<loops {
            var sockets: [(ListeningSocket, Endpoint)] = []
            for index in bound.indices {
                let socket = try ListeningSocket(bound[index].address)
                bound[index].address = socket.address
                sockets.append((socket, bound[index]))
            }
            shares.append(sockets)
        }
        addresses = bound.map(\.address)
        var controls: [LoopControl] = []
        let completion = Completion(count: loops)
        for (index, sockets) in shares.enumerated() {
            let control = try LoopControl()
            controls.append(control)
            let share = limits.divided(by: loops)
            try SystemThread.start(name: "\(name)-\(index)") {
                defer { completion.arrive() }
                do throws(SystemError) {
                    let context = LoopContext(limits: share, budget: budget, observer: observer, control: control)
                    try EventLoop(sockets, control: control, context: context).run()
                } catch {
                    onFailure(error)
                }
            }
        }
        self.controls = controls
        self.completion = completion
    }

    /// From now on every answer ends its connection; connections are still accepted.
    package func beginDrain() {
        for control in controls { control.drain() }
    }

    /// Stops accepting, closes idle connections and returns when the others are done.
    package func stop() async {
        for control in controls { control.stop() }
        await completion.wait()
    }

    /// Closes every connection at once. `stop` then returns soon.
    package func abort() {
        for control in controls {
            control.stop()
            control.abort()
        }
    }

    /// Asks every loop for a sign of life.
    ///
    /// - Returns: true when all have answered the question before this one.
    package func ping() -> Bool {
        controls.reduce(true) { $1.ping() && $0 }
    }
}
