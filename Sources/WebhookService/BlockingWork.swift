internal import Platform
internal import ServiceLifecycle

/// Runs work that blocks in the kernel as a service: on a thread of its own, never on the cooperative pool.
enum BlockingWork {
    /// Returns when `body` has returned. Graceful shutdown and cancellation signal `wakeUp`, on which `body` must end.
    static func run(name: String, wakeUp: WakeUp, _ body: @escaping @Sendable () -> Void) async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
                do {
                    try SystemThread.start(name: name) {
                        body()
                        ended.resume()
                    }
                } catch {
                    ended.resume(throwing: error)
                }
            }
        } onCancelOrGracefulShutdown: {
            wakeUp.signal()
        }
    }
}
