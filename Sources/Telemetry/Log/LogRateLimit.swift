/// Decides which of a flood of like events are logged: a token bucket, time being a parameter.
package struct LogRateLimit: Sendable {
    package enum Decision: Sendable, Equatable {
        /// Log it, and say how many were left out since the last one that was logged.
        case log(suppressed: UInt64)
        case suppress
    }

    private let burst: UInt64
    private let interval: UInt64
    private var tokens: UInt64
    /// When the last token was earned, in the caller's nanoseconds.
    private var earned: UInt64
    private var suppressed: UInt64 = 0

    /// - Parameters:
    ///   - burst: events logged at once after a quiet time, at least 1.
    ///   - interval: nanoseconds in which one more may be logged, at least 1.
    ///   - now: nanoseconds of a monotonic clock.
    package init(burst: UInt64, interval: UInt64, now: UInt64) {
        self.burst = max(1, burst)
        self.interval = max(1, interval)
        tokens = self.burst
        earned = now
    }

    /// A `now` before an earlier one earns nothing.
    package mutating func admit(now: UInt64) -> Decision {
        let gained = now > earned ? (now - earned) / interval : 0
        if gained > 0 {
            let room = burst - tokens
            tokens += min(gained, room)
            // A full bucket forgets the time it spent full.
            earned = gained >= room ? now : earned + gained * interval
        }
        guard tokens > 0 else {
            suppressed += 1
            return .suppress
        }
        tokens -= 1
        defer { suppressed = 0 }
        return .log(suppressed: suppressed)
    }
}
