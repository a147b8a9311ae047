extension Duration {
    /// This delay made longer by a random part of itself, so that clients which failed together do not come back
    /// together (apimachinery's `wait.Jitter`).
    ///
    /// - Parameter factor: the largest part; 1.0 gives one to two times the delay.
    func jittered(by factor: Double, using generator: inout some RandomNumberGenerator) -> Duration {
        self * (1 + factor * Double.random(in: 0..<1, using: &generator))
    }

    /// Milliseconds, fractions dropped.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// Microseconds, fractions dropped.
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

/// How long to wait after each failure: client-go's reflector waits 0.8 s, doubling up to 30 s, each made up to twice as
/// long, and begins anew after two healthy minutes.
struct RetryDelay: Sendable {
    static let first = Duration.milliseconds(800)
    static let longest = Duration.seconds(30)
    static let factor = 2
    static let jitter = 1.0
    static let healthyAfter = Duration.seconds(120)
    /// A server may ask for more than we would wait; an hour of silence because of one odd field is more than it gets.
    static let longestAsked = Duration.seconds(60)

    private var upcoming = first
    private var healthySince: Duration?

    /// Notes that something worked.
    mutating func succeeded(at now: Duration) {
        if healthySince == nil { healthySince = now }
    }

    /// The wait after a failure.
    ///
    /// - Parameter asked: by the server's `Retry-After`.
    mutating func next(
        at now: Duration, asked: Duration? = nil, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        if let healthySince, now - healthySince >= Self.healthyAfter { upcoming = Self.first }
        healthySince = nil
        let delay = upcoming.jittered(by: Self.jitter, using: &generator)
        upcoming = min(upcoming * Self.factor, Self.longest)
        return max(delay, min(asked ?? .zero, Self.longestAsked))
    }
}
