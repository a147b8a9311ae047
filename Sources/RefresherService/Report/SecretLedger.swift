internal import Kubernetes
internal import Telemetry
internal import TokenRefresh

/// What was told of each managed Secret, so that gauges move by differences and a failure is news once.
///
/// Knows no I/O and no clock.
struct SecretLedger: Sendable {
    /// A repeated failure is told again after this long: half a dozen lines until a token of an hour has expired.
    static let toldAgainNanoseconds: UInt64 = 600_000_000_000

    /// A step of a gauge; nil is not managed.
    typealias Change = (old: SecretState?, new: SecretState?)

    private struct Entry {
        var state: SecretState
        var expiry: Timestamp?
    }

    private struct Told {
        var cause: RefreshFailure.Cause
        var time: UInt64
    }

    private var entries: [ObjectKey: Entry] = [:]
    private var told: [ObjectKey: Told] = [:]
    private var running: [ObjectKey: WorkQueueMetrics.Result] = [:]

    mutating func manage(_ key: ObjectKey, expiry: Timestamp?) -> Change {
        let old = entries[key]
        // Told again without news: what failed has not worked since.
        if let old, old.expiry == expiry { return (old.state, old.state) }
        if expiry == nil, let old, old.state == .failing || old.state == .blocked { return (old.state, old.state) }
        let new = SecretState(expiry)
        entries[key] = Entry(state: new, expiry: expiry)
        return (old?.state, new)
    }

    mutating func idle(_ key: ObjectKey) -> Change {
        guard let old = entries[key]?.state else { return (nil, nil) }
        entries[key]?.state = .idle
        return (old, .idle)
    }

    func expiry(of key: ObjectKey) -> Timestamp? { entries[key]?.expiry }

    mutating func release(_ key: ObjectKey) -> Change {
        told[key] = nil
        return (entries.removeValue(forKey: key)?.state, nil)
    }

    mutating func succeed(_ key: ObjectKey, expiry: Timestamp) -> Change {
        told[key] = nil
        let old = entries.updateValue(Entry(state: .fresh, expiry: expiry), forKey: key)
        return (old?.state, .fresh)
    }

    /// A Secret that is not managed has no state; each of its failures is news.
    ///
    /// - Parameter now: nanoseconds of a monotonic clock.
    /// - Returns: whether somebody should hear of it.
    mutating func fail(
        _ key: ObjectKey, _ failure: RefreshFailure, isLatched: Bool, at now: UInt64
    ) -> (change: Change, isNews: Bool) {
        if running[key] != nil { running[key] = isLatched ? .terminalError : .error }
        guard let old = entries[key]?.state else { return ((nil, nil), true) }
        let new: SecretState = isLatched ? .blocked : .failing
        entries[key]?.state = new
        let isNews =
            told[key].map { $0.cause != failure.cause || now - min(now, $0.time) >= Self.toldAgainNanoseconds } ?? true
        if isNews { told[key] = Told(cause: failure.cause, time: now) }
        return ((old, new), isNews)
    }

    mutating func begin(_ key: ObjectKey) { running[key] = .success }

    mutating func end(_ key: ObjectKey) -> WorkQueueMetrics.Result {
        running.removeValue(forKey: key) ?? .success
    }

    /// From now on nothing has failed.
    mutating func forgetFailures() -> [Change] {
        told = [:]
        var changes: [Change] = []
        for (key, entry) in entries where entry.state == .failing || entry.state == .blocked {
            let new = SecretState(entry.expiry)
            entries[key]?.state = new
            changes.append((entry.state, new))
        }
        return changes
    }
}

extension SecretState {
    /// Of a Secret that nothing has failed for.
    fileprivate init(_ expiry: Timestamp?) {
        self = expiry == nil ? .pending : .fresh
    }
}
