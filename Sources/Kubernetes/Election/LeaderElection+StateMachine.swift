/// Who leads, decided by one Lease. Knows no I/O and no clock: it is told what was read or written and when.
///
/// The times of other machines are never compared with ours: a lease counts from the moment its change was *seen* here. An
/// election does not fence, so every write that a leader makes carries a resourceVersion.
struct LeaderElection: Sendable {
    enum Step: Sendable, Equatable {
        /// Then call `observed`, `missing` or `failed`.
        case read(timeout: Duration)
        /// Then call `wrote` or `failed`.
        case create(LeaseRecord, timeout: Duration)
        /// Then call `wrote` or `failed`.
        case update(LeaseRecord, resourceVersion: String, timeout: Duration)
        /// Then ask for the next step.
        case wait(Duration)
    }

    /// A lease and the moment from which it is counted.
    private struct Sighting: Sendable {
        var lease: ObservedLease
        var since: Duration
    }

    private enum Plan: Sendable {
        case look
        case claim
        case pause(Duration, then: Upcoming)
    }

    private enum Upcoming: Sendable {
        case look
        case claim
    }

    let identity: String
    let timing: ElectionTiming
    private var sighting: Sighting?
    /// No lease exists, as far as we know.
    private var isMissing = false
    private var plan = Plan.look
    /// When the last write that made or kept us leader was sent; nil for a standby.
    private var renewedAt: Duration?

    init(identity: String, timing: ElectionTiming) {
        self.identity = identity
        self.timing = timing
    }

    /// The moment at which leadership ends unless it is renewed; nil for a standby.
    var leadsUntil: Duration? {
        renewedAt.map { $0 + timing.renewDeadline }
    }

    /// The next thing to do.
    ///
    /// - Parameter unixTime: for the lease's timestamps only.
    mutating func next(
        at now: Duration, unixTime: Duration, using generator: inout some RandomNumberGenerator
    ) -> Step {
        if let until = leadsUntil, now >= until {
            // Too late to renew: whose lease it is by now must be seen first.
            renewedAt = nil
            if case .claim = plan { plan = .look }
        }
        switch plan {
        case .pause(let delay, let then):
            plan = then == .look || renewedAt == nil ? .look : .claim
            return .wait(leadsUntil.map { min(delay, $0 - now) } ?? delay)
        case .look:
            return .read(timeout: timeout(at: now))
        case .claim:
            // What follows a write is known only when it is over.
            plan = .look
            let time = KubernetesTime.microseconds(unixTime)
            let seconds = Int(timing.leaseDuration.components.seconds)
            guard !isMissing, let sighting else {
                return .create(
                    LeaseRecord(
                        holder: identity, durationSeconds: seconds, acquireTime: time, renewTime: time, transitions: 0),
                    timeout: timeout(at: now))
            }
            var record = sighting.lease.record
            if record.holder != identity {
                record.transitions += 1
                record.acquireTime = time
            }
            record.holder = identity
            record.durationSeconds = seconds
            record.renewTime = time
            return .update(record, resourceVersion: sighting.lease.resourceVersion, timeout: timeout(at: now))
        }
    }

    /// The lease was read.
    mutating func observed(
        _ lease: ObservedLease, at now: Duration, using generator: inout some RandomNumberGenerator
    ) {
        isMissing = false
        if sighting?.lease.record != lease.record {
            sighting = Sighting(lease: lease, since: now)
        } else {
            // Somebody changed a label, say: the holder did not renew.
            sighting?.lease = lease
        }
        let record = lease.record
        if record.holder == identity || record.holder.isEmpty {
            // Our own name, from before a restart with the same identity or from a write whose answer was lost.
            if record.holder.isEmpty { renewedAt = nil }
            plan = .claim
            return
        }
        renewedAt = nil
        let left = (sighting?.since ?? now) + .seconds(record.durationSeconds) - now
        if left <= .zero {
            plan = .claim
        } else {
            plan = .pause(min(left, timing.standbyWait(using: &generator)), then: .look)
        }
    }

    /// There is no lease.
    mutating func missing() {
        sighting = nil
        isMissing = true
        renewedAt = nil
        plan = .claim
    }

    /// The lease was written: we lead.
    ///
    /// - Parameter sentAt: before the request left. Nobody can have seen the renewal earlier.
    mutating func wrote(_ lease: ObservedLease, sentAt: Duration, at now: Duration) {
        sighting = Sighting(lease: lease, since: now)
        isMissing = false
        renewedAt = sentAt
        plan = .pause(timing.retryPeriod, then: .claim)
    }

    /// A request failed. A leader stays leader until its deadline.
    ///
    /// A write may have happened all the same, so the lease is read before the next one. Conflicts wait too: who lost a
    /// race learns no more by looking at once.
    mutating func failed(using generator: inout some RandomNumberGenerator) {
        isMissing = false
        let wait = renewedAt == nil ? timing.standbyWait(using: &generator) : timing.retryPeriod
        plan = .pause(wait, then: .look)
    }

    /// A request must not hold up the end of leadership.
    private func timeout(at now: Duration) -> Duration {
        let shortest = Duration.milliseconds(100)
        guard let until = leadsUntil else { return timing.renewDeadline / 2 }
        return max(shortest, min(timing.renewDeadline / 2, until - now))
    }
}
