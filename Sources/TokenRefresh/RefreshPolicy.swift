/// When a token is due.
package struct RefreshPolicy: Equatable, Sendable {
    /// A kubelet brings a new token to its file within about two minutes, so five leave three to spare. It is what Kelos
    /// uses itself.
    package static let defaultMargin: Duration = .seconds(300)

    /// A token is kept for at least this share of its life, however large the margin: without it, a margin above the life
    /// of a token would mint without end.
    private static let keptShare = 4

    /// Life that is left at the latest moment a refresh becomes due.
    package let margin: Duration
    /// How much earlier it may become due, so that tokens minted together are not refreshed together.
    package let jitter: Duration

    /// - Parameters:
    ///   - margin: above zero.
    ///   - jitter: nil takes two fifths of the margin, which also puts this worker ahead of a Kelos that works with the
    ///     same margin and none.
    package init(margin: Duration = defaultMargin, jitter: Duration? = nil) {
        self.margin = max(margin, .seconds(1))
        self.jitter = max(jitter ?? margin * 2 / 5, .zero)
    }

    /// The moment a token becomes due: between `expiry - margin - jitter` and `expiry - margin`, evenly spread, but for
    /// the last quarter of the jitter. An exchange with GitHub and a write take their time, and so does a first retry;
    /// they should be over before the margin begins.
    ///
    /// - Parameter mintedAt: when it was minted, if that is known.
    package func dueTime(
        expiry: Timestamp, mintedAt: Timestamp? = nil, using generator: inout some RandomNumberGenerator
    ) -> Timestamp {
        let spreads = (jitter / 4).wholeMilliseconds...jitter.wholeMilliseconds
        let spread = Int64.random(in: spreads, using: &generator)
        let wanted = expiry - margin - .milliseconds(spread)
        guard let mintedAt else { return wanted }
        return max(wanted, mintedAt + (expiry - mintedAt) / Self.keptShare)
    }

    /// Whether a token can wait: its margin has not begun.
    package func isFresh(expiry: Timestamp, at now: Timestamp) -> Bool {
        now < expiry - margin
    }
}
