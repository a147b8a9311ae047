import HTTPTransport
import RawJSON
import TokenRefresh

/// Turns an answer that is not what was hoped for into a failure of the right class.
enum GitHubRefusal {
    /// - Parameters:
    ///   - what: what was done, for the message: "minting the token".
    ///   - now: for `x-ratelimit-reset`, where the answer has no `Date`.
    static func failure(_ response: IncomingResponse, doing what: String, at now: Timestamp) -> RefreshFailure {
        let message = message(of: response.body)
        let limits = RateLimit(response, at: now)
        let cause = cause(response.status, message: message.lowercased(), limits: limits)
        let told = message.isEmpty ? "" : ": \(SafeText.line(message))"
        return RefreshFailure(
            cause, "\(what): GitHub answered \(response.status)\(hint(cause))\(told)",
            after: cause.failureClass == .permanent ? nil : limits.wait(for: cause))
    }

    static func failure(_ error: TransportError, doing what: String) -> RefreshFailure {
        RefreshFailure(.unreachable, "\(what): \(SafeText.line(error.message))")
    }

    /// GitHub takes an `iat` of up to a minute ahead, which is what `AppJWT` allows for.
    private static let toleratedSkew: Duration = .seconds(AppJWT.issuedBefore)

    /// Whether a clock that is wrong here explains the answer: GitHub says so, or its own clock does.
    ///
    /// - Parameter time: what the JWT was made with.
    static func blamesClock(_ response: IncomingResponse, jwtMadeAt time: Timestamp) -> Bool {
        guard response.status == 401 else { return false }
        let message = message(of: response.body)
        if message.contains("('iat')") || message.contains("('exp')") { return true }
        guard let serverTime = response.value(of: "date").flatMap({ Timestamp(httpDate: $0) }) else { return false }
        return max(serverTime - time, time - serverTime) > toleratedSkew
    }

    /// Whether the limit of the token's installation is used up: the token itself is known then, and good.
    static func isRateLimit(_ response: IncomingResponse, at now: Timestamp) -> Bool {
        failure(response, doing: "", at: now).failureClass == .rateLimit
    }

    private static func cause(_ status: Int, message: String, limits: RateLimit) -> RefreshFailure.Cause {
        switch status {
        case 401: return .appUnauthorized
        case 403, 429:
            if limits.remaining == 0 { return .primaryLimit }
            let isSecondary =
                status == 429 || limits.retryAfter != nil || message.contains("rate limit")
                || message.contains("abuse")
            if isSecondary { return .secondaryLimit }
            return message.contains("suspended") ? .installationSuspended : .forbidden
        case 404: return .installationNotFound
        case 408, 500...599: return .serverError
        case 422: return .invalidScope
        case 400...499: return .refused
        default: return .unusableAnswer
        }
    }

    private static func hint(_ cause: RefreshFailure.Cause) -> String {
        switch cause {
        case .appUnauthorized: " (is the private key that of this appID?)"
        case .installationNotFound: " (is installationID right, and the App still installed?)"
        default: ""
        }
    }

    /// The `message` of GitHub's errors; empty for any other body.
    private static func message(of body: [UInt8]) -> String {
        var index = JSONIndex(limits: .gitHubAnswer)
        guard let root = try? index.read(unsafe body.span.bytes) else { return "" }
        return root.member("message")?.string ?? ""
    }
}
