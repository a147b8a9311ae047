package import HTTPTransport
package import TokenRefresh

/// Asks a GitHub for nothing but the time.
package enum ServerTime {
    private static let answerLimit = 64 << 10
    /// An answer that takes longer says little about the time, and work waits for it.
    private static let timeout: Duration = .seconds(3)

    /// - Returns: the `Date` of whatever it answers; nil without an answer, or without a date in it.
    package static func ask(_ api: GitHubAPI, by transport: any HTTPTransport, agent: String) async -> Timestamp? {
        // The smallest resource there is, "Get the Zen of GitHub". A server that wants to know who asks has a clock too.
        let request = OutgoingRequest(
            "GET", "\(api.url)/zen", fields: [("accept", "*/*"), ("user-agent", agent)],
            timeout: timeout, responseLimit: answerLimit)
        do throws(TransportError) {
            return try await transport.send(request).value(of: "date").flatMap { Timestamp(httpDate: $0) }
        } catch {
            return nil
        }
    }
}
