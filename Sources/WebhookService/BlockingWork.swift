internal import Platform
internal import ServiceLifecycle

/// Runs work that blocks in the kernel as a service: on a thread of its own, never on the cooperative pool.
enum BlockingWork {
    /// Returns when `body` has returned. Graceful shutdown and cancellation signal `wakeUp`, on which `body` must end.
    static func run(name: String, wakeUp: WakeUp, _ body: @escaping @Sendable () -> Void) async throws {
        let ended = AsyncStream<Void>.makeStream()
        try SystemThread.start(name: name) {
            body()
            ended.continuation.finish()
        }
        await withTaskCancellationOrGracefulShutdownHandler {
            for await _ in ended.stream {}
        } onCancelOrGracefulShutdown: {
            wakeUp.signal()
        }
    }
}
