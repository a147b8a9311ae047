/// How long to wait after a refresh has failed. No answer is ever below a second: a wait of zero was how refreshers
/// before this one stopped for good, or span.
package enum RetryRule {
    package static let shortest: Duration = .seconds(1)
    package static let longest: Duration = .seconds(30)

    /// Between two tries at what only a change can repair. Five minutes are quick enough for a change nobody can watch
    /// (an installation that is no longer suspended), and slow enough not to be taken for an attack.
    package static let permanent: Duration = .seconds(300)

    /// What GitHub wants of a client under the secondary limit that was told no time: at least a minute, then more.
    package static let secondaryLimit: Duration = .seconds(60)
    private static let longestSecondaryLimit: Duration = .seconds(900)

    /// GitHub's primary limit counts by the hour; a longer wait is a broken clock or a hostile server.
    private static let longestAsked: Duration = .seconds(3600)

    /// Kept of a token's life for the last try before it expires, when a server asks for a longer wait: one exchange with
    /// GitHub has ten seconds.
    private static let lastTry: Duration = .seconds(10)
    /// The most often a server that asks to wait is called in a token's last seconds.
    private static let shortestAsked: Duration = .seconds(5)

    /// `clamp(remaining / 2, 1 s, 30 s)`, or what the server asked for if that is longer, but never so long that no try
    /// is left before the token expires. 30 s once it has expired, or where there is no token.
    ///
    /// - Parameters:
    ///   - remaining: life left of the token in the Secret; nil without a token.
    ///   - asked: what the server asked to wait.
    package static func delay(remaining: Duration?, asked: Duration? = nil) -> Duration {
        let asked = asked?.clamped(.zero, longestAsked) ?? .zero
        guard let remaining, remaining > .zero else { return max(longest, asked) }
        let plain = (remaining / 2).clamped(shortest, longest)
        guard asked > plain else { return plain }
        guard asked >= remaining else { return asked }
        return remaining > lastTry * 2 ? remaining - lastTry : max(shortestAsked, remaining / 2)
    }

    /// - Parameters:
    ///   - failure: what went wrong.
    ///   - remaining: life left of the token in the Secret; nil without a token.
    ///   - limitedBefore: how many tries in a row ended at the secondary limit before this one.
    package static func delay(
        after failure: RefreshFailure, remaining: Duration?, limitedBefore: Int = 0
    ) -> Duration {
        switch failure.cause.failureClass {
        case .transient: delay(remaining: remaining, asked: failure.after)
        case .rateLimit: delay(remaining: remaining, asked: failure.after ?? untold(limitedBefore))
        case .permanent: permanent
        }
    }

    private static func untold(_ limitedBefore: Int) -> Duration {
        min(secondaryLimit * (1 << min(limitedBefore, 8)), longestSecondaryLimit)
    }
}
