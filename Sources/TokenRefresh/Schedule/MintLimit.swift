/// Keeps the calls that mint tokens within what GitHub allows: 900 points a minute, of which a POST costs five, and 100
/// requests at once (docs.github.com, "Rate limits for the REST API", secondary limits). An API that is slow or silent
/// does not keep others waiting.
///
/// Times are spans since any fixed moment of a clock that only runs forward.
package struct MintLimit: Sendable {
    package enum Answer: Equatable, Sendable {
        /// Go on, and call `ended` afterwards.
        case granted
        /// Ask again after this; above zero.
        case after(Duration)
        /// As many as may run at that API are running: ask again when one has ended.
        case whenOneEnds
    }

    /// Of one App.
    package static let perMinute = 180
    /// At one API. Well below what GitHub allows, and fewer than a worker has hands for.
    package static let atOnce = 40
    /// The same while the API does not answer. Each such call lasts as long as its deadline, and two of them are enough
    /// to notice that it answers again.
    package static let atOnceInSilence = 2

    /// A burst and a minute's steady flow together stay at `perMinute`, whichever minute one looks at.
    private static let burst = 6
    private static var interval: Duration { .seconds(60) / (perMinute - burst) }
    /// How long an API counts as silent that nobody has called since.
    private static var silence: Duration { .seconds(60) }

    private struct Account: Sendable {
        /// When the burst is whole again. Each grant moves it by one interval.
        var wholeAt: Duration
        var pausedUntil: Duration
    }

    private struct API: Sendable {
        var running = 0
        var silentUntil: Duration?

        func isSilent(at now: Duration) -> Bool { silentUntil.map { now < $0 } ?? false }
    }

    private var accounts: [MintAccount: Account] = [:]
    private var apis: [String: API] = [:]

    package init() {}

    /// Asks to mint one token.
    package mutating func ask(_ account: MintAccount, at now: Duration) -> Answer {
        var api = apis[account.api] ?? API()
        guard api.running < (api.isSilent(at: now) ? Self.atOnceInSilence : Self.atOnce) else { return .whenOneEnds }
        var state = accounts[account] ?? Account(wholeAt: now, pausedUntil: now)
        if state.pausedUntil > now { return .after(state.pausedUntil - now) }
        let wholeAt = max(state.wholeAt, now)
        let wait = wholeAt - now - Self.interval * (Self.burst - 1)
        if wait > .zero { return .after(wait) }
        state.wholeAt = wholeAt + Self.interval
        accounts[account] = state
        api.running += 1
        apis[account.api] = api
        return .granted
    }

    /// A granted call is over, whatever came of it.
    package mutating func ended(_ account: MintAccount) {
        guard let running = apis[account.api]?.running, running > 0 else { return }
        apis[account.api]?.running = running - 1
    }

    /// What a call has shown of the API, before it is `ended`.
    package mutating func heard(of account: MintAccount, answers: Bool, at now: Duration) {
        apis[account.api]?.silentUntil = answers ? nil : now + Self.silence
    }

    /// Holds back every call for an account after GitHub said that it had too many.
    package mutating func pause(_ account: MintAccount, for span: Duration, at now: Duration) {
        var state = accounts[account] ?? Account(wholeAt: now, pausedUntil: now)
        state.pausedUntil = max(state.pausedUntil, now + span)
        accounts[account] = state
    }

    /// Lets go of what is without a recent call.
    package mutating func forgetIdle(at now: Duration) {
        accounts = accounts.filter { $0.value.wholeAt > now || $0.value.pausedUntil > now }
        apis = apis.filter { $0.value.running > 0 || $0.value.isSilent(at: now) }
    }
}
