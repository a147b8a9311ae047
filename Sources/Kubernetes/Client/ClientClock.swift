internal import Platform

/// The time that clients go by. Tests put their own in its place, so that none of them waits.
package protocol ClientClock: Sendable {
    /// Since some moment in the past: never goes back, whatever happens to the wall clock.
    func now() -> Duration
    /// Since 1970-01-01T00:00:00Z, by the wall clock. For timestamps that people read, never for decisions.
    func unixTime() -> Duration
    func pause(for duration: Duration) async throws(CancellationError)
}

/// The kernel's clocks.
package struct SystemClock: ClientClock {
    package init() {}

    package func now() -> Duration {
        .nanoseconds(MonotonicTime.now().nanoseconds)
    }

    package func unixTime() -> Duration {
        let time = WallClock.now()
        return .seconds(time.seconds) + .nanoseconds(time.nanoseconds)
    }

    package func pause(for duration: Duration) async throws(CancellationError) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw CancellationError()
        }
    }
}
