internal import ServiceLifecycle
internal import Synchronization

/// Tells whether tasks still get their turn: one of them notes the time now and then. A process whose every thread is stuck
/// stops doing so, while its probes, which have a thread of their own, still answer.
package final class Heartbeat: Service {
    private static let pause = Duration.seconds(5)
    /// Above any load: a beat that is this late will not come.
    private static let patienceNanoseconds: UInt64 = 60_000_000_000

    private let now: @Sendable () -> UInt64
    private let last: Atomic<UInt64>

    /// - Parameter now: nanoseconds of a monotonic clock.
    package init(now: @escaping @Sendable () -> UInt64) {
        self.now = now
        last = Atomic(now())
    }

    package var isAlive: Bool {
        let now = now()
        return now - min(now, last.load(ordering: .relaxed)) < Self.patienceNanoseconds
    }

    /// Beats until graceful shutdown, which ends it at once.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                self.beat()
                // Only cancellation ends it early, and the loop looks for that.
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    func beat() { last.store(now(), ordering: .relaxed) }
}
