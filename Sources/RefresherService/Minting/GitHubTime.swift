internal import Kubernetes
internal import Synchronization
internal import TokenRefresh

/// GitHub's clocks as they were last seen, carried on by the clock that only runs forward: a step of this machine's wall
/// clock changes nothing. A server that nobody has heard from yet is taken to agree with the operator's own, and that one,
/// at first, with the wall clock.
final class GitHubTime: Sendable {
    private struct Anchor: Sendable {
        let server: Timestamp
        let seen: Duration

        func time(at now: Duration) -> Timestamp { server + (now - seen) }
        var offset: Duration { .milliseconds(server.milliseconds) - seen }
    }

    private struct State: Sendable {
        var anchors: [GitHubAPI: Anchor] = [:]
        var standard: Anchor
        /// Wall clock less monotonic clock.
        var difference: Duration
        /// When to ask the operator's own again; nil once it has told its time.
        var askAt: Duration?
    }

    /// A reason not to trust what is known.
    enum Doubt: Sendable {
        /// The operator's own has not told its time yet.
        case unheard
        /// By how much the wall clock has moved against the monotonic one.
        case stepped(Duration)
    }

    /// A `Date` is in whole seconds and some time on its way; less than this is no news.
    static let noise = Duration.seconds(2)
    /// A server that cannot be reached may be none of ours to reach.
    private static let askedAgain = Duration.seconds(300)
    /// Namespaces may name any host that is trusted; those above this number share the operator's clock.
    private static let mostServers = 64

    private let clock: any ClientClock
    private let standard: GitHubAPI
    private let state: Mutex<State>

    /// - Parameter standard: of `--github-api-base-url`.
    init(_ clock: any ClientClock, standard: GitHubAPI) {
        self.clock = clock
        self.standard = standard
        let (now, wall) = (clock.now(), clock.unixTime())
        let anchor = Anchor(server: Timestamp(milliseconds: wall.wholeMilliseconds), seen: now)
        state = Mutex(State(standard: anchor, difference: wall - now, askAt: now + Self.askedAgain))
    }

    func now(at api: GitHubAPI) -> Timestamp {
        let now = clock.now()
        return state.withLock { state in (state.anchors[api] ?? state.standard).time(at: now) }
    }

    /// A server's clock less the one that only runs forward: it changes when something is learnt.
    func offset(at api: GitHubAPI) -> Duration {
        state.withLock { state in (state.anchors[api] ?? state.standard).offset }
    }

    /// Notes what a server's clock showed a moment ago.
    ///
    /// - Returns: whether that is news, so that what was planned by its time must be planned again.
    func learn(_ time: Timestamp, from api: GitHubAPI) -> Bool {
        let now = clock.now()
        return state.withLock { state in
            if api == standard { state.askAt = nil }
            let expected = (state.anchors[api] ?? state.standard).time(at: now)
            let isNews = abs((time - expected).wholeMilliseconds) > Self.noise.wholeMilliseconds
            // Not at each answer: rounding would make the clock tremble.
            guard isNews else { return false }
            let anchor = Anchor(server: time, seen: now)
            if api == standard {
                state.standard = anchor
            } else if state.anchors[api] != nil || state.anchors.count < Self.mostServers {
                state.anchors[api] = anchor
            }
            return true
        }
    }

    /// Whether there is something to ask the servers. Each doubt is told once.
    func doubt() -> Doubt? {
        let now = clock.now()
        let difference = clock.unixTime() - now
        return state.withLock { state in
            let step = difference - state.difference
            if abs(step.wholeMilliseconds) > Self.noise.wholeMilliseconds {
                state.difference = difference
                return .stepped(step)
            }
            guard let askAt = state.askAt, askAt <= now else { return nil }
            state.askAt = now + Self.askedAgain
            return .unheard
        }
    }

    /// After a step that no server could explain: the machine may have slept, and to be early does no harm.
    func advance(by step: Duration, at api: GitHubAPI) {
        guard step > .zero else { return }
        state.withLock { state in
            let anchor = state.anchors[api] ?? state.standard
            let moved = Anchor(server: anchor.server + step, seen: anchor.seen)
            if api == standard { state.standard = moved } else { state.anchors[api] = moved }
        }
    }

    /// Those with a clock of their own here.
    var servers: [GitHubAPI] { state.withLock { [standard] + $0.anchors.keys } }
}
