/// The three times of an election, with the names and defaults of `--leader-elect-*` everywhere.
package struct ElectionTiming: Sendable, Equatable {
    /// Standbys leave a lease alone for this long after they last saw it change.
    package let leaseDuration: Duration
    /// A leader that could not renew for this long stops. Its ratio to `leaseDuration` is how much faster a standby's
    /// clock may run: 1.5 times with 15 s and 10 s.
    package let renewDeadline: Duration
    /// Between two renewals, and the longest time between two looks of a standby.
    package let retryPeriod: Duration

    /// How far the standbys' looks spread (client-go's JitterFactor).
    static let jitter = 1.2

    package static let standard = ElectionTiming()

    private init() {
        leaseDuration = .seconds(15)
        renewDeadline = .seconds(10)
        retryPeriod = .seconds(2)
    }

    /// - Throws: `AccessError.malformed` unless lease > renewal > 1.2 × retry, as client-go demands, in whole seconds of
    ///   lease.
    package init(leaseDuration: Duration, renewDeadline: Duration, retryPeriod: Duration) throws(AccessError) {
        guard leaseDuration >= .seconds(1) else {
            throw AccessError(.malformed, "The lease duration must be at least 1s")
        }
        guard leaseDuration > renewDeadline else {
            throw AccessError(.malformed, "The lease duration must be longer than the renew deadline")
        }
        guard retryPeriod > .zero, renewDeadline > retryPeriod * Self.jitter else {
            throw AccessError(.malformed, "The renew deadline must be longer than 1.2 times the retry period")
        }
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }

    /// A standby's next look: anywhere in the last part of the retry period, and never later, so that after the death of a
    /// leader its last renewal has been seen within that period.
    func standbyWait(using generator: inout some RandomNumberGenerator) -> Duration {
        (retryPeriod / (1 + Self.jitter)).jittered(by: Self.jitter, using: &generator)
    }
}
