/// Those who wait for leave to mint, under `MintLimit`. Of one account's, whoever's token ends first goes first; who has
/// none that works waits behind them, since nothing of theirs can be saved any more.
package struct MintQueue<Key: Hashable & Sendable>: Sendable {
    private var limit = MintLimit()
    /// The times of these schedules are ranks.
    private var lines: [MintAccount: RefreshSchedule<Key>] = [:]
    private var accounts: [Key: MintAccount] = [:]
    /// When each account may be asked for again.
    private var turns = RefreshSchedule<MintAccount>()
    /// Accounts at APIs that have as many calls as they may. One that got another Secret meanwhile may be there twice.
    private var crowds: [String: [MintAccount]] = [:]
    private var arrivals: Int64 = 0

    /// Behind any expiry there is.
    private static var lastRank: Duration { .seconds(1 << 40) }
    private static var anyRank: Duration { .seconds(Int64.max) }

    package init() {}

    package var count: Int { accounts.count }

    /// When `next` is worth asking; nil if nobody waits, or all wait for calls that have not `ended`.
    package var nextTurn: Duration? {
        mutating get { accounts.isEmpty ? nil : turns.next }
    }

    /// - Parameter expiry: of a token that still works; nil without one.
    package mutating func add(_ key: Key, for account: MintAccount, expiry: Timestamp?, at now: Duration) {
        remove(key)
        arrivals += 1
        let rank = expiry.map { .milliseconds($0.milliseconds) } ?? Self.lastRank + .seconds(arrivals)
        lines[account, default: RefreshSchedule()].add(key, at: rank)
        accounts[key] = account
        turns.add(account, at: now)
    }

    package mutating func remove(_ key: Key) {
        guard let account = accounts.removeValue(forKey: key) else { return }
        lines[account]?.remove(key)
        if lines[account]?.count == 0 { lines[account] = nil }
    }

    /// The next one who may mint, now; `ended` is to be called afterwards.
    package mutating func next(at now: Duration) -> (key: Key, account: MintAccount)? {
        while let account = turns.popDue(at: now) {
            guard lines[account] != nil else { continue }
            switch limit.ask(account, at: now) {
            case .granted:
                turns.add(account, at: now)
                guard let key = lines[account]?.popDue(at: Self.anyRank) else { continue }
                remove(key)
                return (key, account)
            case .after(let span): turns.add(account, at: now + span)
            case .whenOneEnds: crowds[account.api, default: []].append(account)
            }
        }
        limit.forgetIdle(at: now)
        return nil
    }

    /// A granted call is over, whatever came of it.
    package mutating func ended(_ account: MintAccount, at now: Duration) {
        limit.ended(account)
        // More than one may go on: the API may just have broken its silence.
        for account in crowds.removeValue(forKey: account.api) ?? [] { turns.add(account, at: now) }
    }

    /// What a call has shown of the API, before it is `ended`.
    package mutating func heard(of account: MintAccount, answers: Bool, at now: Duration) {
        limit.heard(of: account, answers: answers, at: now)
    }

    /// Holds back every call for an account after GitHub said that it had too many.
    package mutating func pause(_ account: MintAccount, for span: Duration, at now: Duration) {
        limit.pause(account, for: span, at: now)
    }
}
