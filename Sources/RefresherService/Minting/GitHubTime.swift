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
    }

    private struct State: Sendable {
        var anchors: [GitHubAPI: Anchor] = [:]
        var standard: Anchor
        /// Wall clock less monotonic clock.
        var difference: Duration
    }

    /// A `Date` is in whole seconds and some time on its way; less than this is no news.
    static let noise = Duration.seconds(2)
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
        state = Mutex(State(standard: anchor, difference: wall - now))
    }

    func now(at api: GitHubAPI) -> Timestamp {
        let now = clock.now()
        return state.withLock { state in (state.anchors[api] ?? state.standard).time(at: now) }
    }

    /// Notes what a server's clock showed a moment ago.
    ///
    /// - Returns: whether that is news, so that what was planned by its time must be planned again.
    func learn(_ time: Timestamp, from api: GitHubAPI) -> Bool {
        let now = clock.now()
        return state.withLock { state in
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

    /// How far the wall clock has moved against the monotonic one since this was last asked: it was set, or the machine
    /// has slept. Nil for no more than they differ by themselves.
    func wallStep() -> Duration? {
        let difference = clock.unixTime() - clock.now()
        return state.withLock { state in
            let step = difference - state.difference
            guard abs(step.wholeMilliseconds) > Self.noise.wholeMilliseconds else { return nil }
            state.difference = difference
            return step
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
