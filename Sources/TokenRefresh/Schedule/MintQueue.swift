/// Those who wait for leave to mint, under `MintLimit`. Of one App's, whoever's token ends first goes first; who has none
/// that works waits behind them, since nothing of theirs can be saved any more.
package struct MintQueue<Key: Hashable & Sendable>: Sendable {
    private var limit = MintLimit()
    /// By App; the times of these schedules are ranks.
    private var lines: [String: RefreshSchedule<Key>] = [:]
    private var apps: [Key: String] = [:]
    /// When each App may be asked for again.
    private var turns = RefreshSchedule<String>()
    private var arrivals: Int64 = 0

    /// Behind any expiry there is.
    private static var lastRank: Duration { .seconds(1 << 40) }
    private static var anyRank: Duration { .seconds(Int64.max) }
    /// As long as nothing else says so. Whoever works on fewer Secrets at once than `MintLimit.atOnce` never waits it.
    private static var crowded: Duration { .seconds(1) }

    package init() {}

    package var count: Int { apps.count }

    /// When `next` is worth asking; nil if nobody waits.
    package var nextTurn: Duration? {
        mutating get { apps.isEmpty ? nil : turns.next }
    }

    /// - Parameters:
    ///   - app: the App and the API it is called at.
    ///   - expiry: of a token that still works; nil without one.
    package mutating func add(_ key: Key, app: String, expiry: Timestamp?, at now: Duration) {
        remove(key)
        arrivals += 1
        let rank = expiry.map { .milliseconds($0.milliseconds) } ?? Self.lastRank + .seconds(arrivals)
        lines[app, default: RefreshSchedule()].add(key, at: rank)
        apps[key] = app
        turns.add(app, at: now)
    }

    package mutating func remove(_ key: Key) {
        guard let app = apps.removeValue(forKey: key) else { return }
        lines[app]?.remove(key)
        if lines[app]?.count == 0 { lines[app] = nil }
    }

    /// The next one who may mint, now; `ended` is to be called afterwards.
    package mutating func next(at now: Duration) -> Key? {
        while let app = turns.popDue(at: now) {
            guard lines[app] != nil else { continue }
            switch limit.ask(app, at: now) {
            case .granted:
                turns.add(app, at: now)
                let key = lines[app]?.popDue(at: Self.anyRank)
                if let key { remove(key) }
                return key
            case .after(let span): turns.add(app, at: now + span)
            case .whenOneEnds: turns.add(app, at: now + Self.crowded)
            }
        }
        limit.forgetIdle(at: now)
        return nil
    }

    /// A granted call is over, whatever came of it.
    package mutating func ended() { limit.ended() }

    /// Holds back every call for an App after GitHub said that it had too many.
    package mutating func pause(_ app: String, for span: Duration, at now: Duration) {
        limit.pause(app, for: span, at: now)
    }
}
