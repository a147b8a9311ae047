/// What is made of the `expires_at` of a new token.
package enum ExpiryRule {
    /// GitHub gives an hour. What claims to live longer than two is a wrong zone or a wrong clock.
    private static let longestLife: Duration = .seconds(7200)
    private static let assumedLife: Duration = .seconds(3600)

    /// - Parameters:
    ///   - text: as it came; nil if it is missing.
    ///   - now: by the clock of the server that wrote it, where that is known.
    /// - Returns: the expiry; an hour from now for a life that cannot be, since being early does no harm.
    /// - Throws: `.unusableAnswer` for none, for what is no RFC 3339 time, and for one that is over.
    package static func accept(_ text: String?, at now: Timestamp) throws(RefreshFailure) -> Timestamp {
        guard let text else { throw RefreshFailure(.unusableAnswer, "GitHub gave a token without expires_at") }
        guard let expiry = Timestamp(rfc3339: text) else {
            throw RefreshFailure(.unusableAnswer, "GitHub gave a token whose expires_at is no RFC 3339 time")
        }
        guard expiry > now else {
            throw RefreshFailure(.unusableAnswer, "GitHub gave a token whose expires_at is over")
        }
        return expiry - now > longestLife ? now + assumedLife : expiry
    }
}
