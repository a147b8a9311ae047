package import HTTPTransport
package import TokenRefresh

/// What an answer says about how much may still be asked (docs.github.com, "Rate limits for the REST API").
package struct RateLimit: Equatable, Sendable {
    /// `x-ratelimit-limit`.
    package let limit: Int?
    /// `x-ratelimit-remaining`.
    package let remaining: Int?
    /// Until `x-ratelimit-reset`, by the server's clock; zero if that is over.
    package let untilReset: Duration?
    /// `retry-after`, in seconds or as a date; zero if that is over.
    package let retryAfter: Duration?

    package init(_ response: IncomingResponse, at now: Timestamp) {
        let now = response.value(of: "date").flatMap { Timestamp(httpDate: $0) } ?? now
        limit = Self.number(response.value(of: "x-ratelimit-limit"))
        remaining = Self.number(response.value(of: "x-ratelimit-remaining"))
        untilReset = Self.number(response.value(of: "x-ratelimit-reset")).map {
            max(Timestamp(seconds: Int64($0)) - now, .zero)
        }
        let asked = response.value(of: "retry-after")
        retryAfter =
            Self.number(asked).map { .seconds($0) }
            ?? asked.flatMap { Timestamp(httpDate: $0) }.map { max($0 - now, .zero) }
    }

    /// What to wait before the next try; nil if the answer does not say.
    func wait(for cause: RefreshFailure.Cause) -> Duration? {
        cause == .primaryLimit ? untilReset ?? retryAfter : retryAfter
    }

    /// At most 12 digits, which any time to come fits in.
    private static func number(_ text: String?) -> Int? {
        guard let text, (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return nil
        }
        return Int(text)
    }
}
