/// Keeps the calls that mint tokens within what GitHub allows: 900 points a minute, of which a POST costs five, and 100
/// requests at once (docs.github.com, "Rate limits for the REST API", secondary limits).
///
/// Times are spans since any fixed moment of a clock that only runs forward.
package struct MintLimit: Sendable {
    package enum Answer: Equatable, Sendable {
        /// Go on, and call `ended` afterwards.
        case granted
        /// Ask again after this; above zero.
        case after(Duration)
        /// As many as may run are running: ask again when one has ended.
        case whenOneEnds
    }

    package static let perMinute = 180
    package static let atOnce = 100

    /// A burst and a minute's steady flow together stay at `perMinute`, whichever minute one looks at.
    private static let burst = 6
    private static var interval: Duration { .seconds(60) / (perMinute - burst) }

    private struct App: Sendable {
        /// When the burst is whole again. Each grant moves it by one interval.
        var wholeAt: Duration
        var pausedUntil: Duration
    }

    private var apps: [String: App] = [:]
    private var running = 0

    package init() {}

    /// Asks to mint one token.
    ///
    /// - Parameter app: the App and the API it is called at; each has limits of its own.
    package mutating func ask(_ app: String, at now: Duration) -> Answer {
        guard running < Self.atOnce else { return .whenOneEnds }
        var state = apps[app] ?? App(wholeAt: now, pausedUntil: now)
        if state.pausedUntil > now { return .after(state.pausedUntil - now) }
        let wholeAt = max(state.wholeAt, now)
        let wait = wholeAt - now - Self.interval * (Self.burst - 1)
        if wait > .zero { return .after(wait) }
        state.wholeAt = wholeAt + Self.interval
        apps[app] = state
        running += 1
        return .granted
    }

    /// A granted call is over, whatever came of it.
    package mutating func ended() {
        running = max(0, running - 1)
    }

    /// Holds back every call for an App after GitHub said that it had too many.
    package mutating func pause(_ app: String, for span: Duration, at now: Duration) {
        var state = apps[app] ?? App(wholeAt: now, pausedUntil: now)
        state.pausedUntil = max(state.pausedUntil, now + span)
        apps[app] = state
    }

    /// Lets go of what Apps without a recent call take up.
    package mutating func forgetIdle(at now: Duration) {
        apps = apps.filter { $0.value.wholeAt > now || $0.value.pausedUntil > now }
    }
}
