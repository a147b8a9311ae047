internal import ServiceLifecycle
internal import Synchronization

/// One pass over all Secrets as a service, which a signal ends early.
final class SinglePass: Service {
    private let refresher: TokenRefresher
    private let result = Mutex(OnceOutcome())

    init(refresher: TokenRefresher) {
        self.refresher = refresher
    }

    /// What came of it, when `run` has returned.
    var outcome: OnceOutcome { result.withLock { $0 } }

    func run() async throws {
        let outcome = await cancelWhenGracefulShutdown { await self.refresher.runOnce() }
        result.withLock { $0 = outcome }
    }
}
