package import HTTPTransport

/// Why the API did not do what it was asked.
package struct KubernetesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a caller decides by; also a closed set of words for metrics.
    package enum Code: String, Sendable, Equatable, CaseIterable {
        /// Somebody else changed the object since it was read: read again, decide again.
        case conflict
        case alreadyExists = "already-exists"
        case notFound = "not-found"
        case forbidden
        /// The credential is not accepted, also after it was read again.
        case unauthorized
        /// The resourceVersion or continue token is too old: list from the start.
        case expired
        case tooManyRequests = "too-many-requests"
        /// The API server understands the request and refuses the object.
        case invalid
        /// 5xx.
        case server
        /// Any other status.
        case rejected
        /// There is no answer; `transport` says why.
        case transport
        /// The answer is not what the API promises.
        case malformed
        /// The answer, or a line of a watch, is larger than its limit.
        case tooLarge = "too-large"
        /// The token file cannot be read.
        case credentials
        case cancelled
    }

    package let code: Code
    /// What the API server said, if it said something.
    package let status: APIStatus?
    package let transport: TransportError?
    /// How long the server asks to be left alone.
    package let retryAfter: Duration?
    /// One sentence without a final full stop. It carries no credential and nothing of a body that was sent.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        self.status = nil
        self.transport = nil
        self.retryAfter = nil
    }

    /// - Parameter subject: what was asked, such as `PATCH secrets "a" in namespace "b"`.
    init(_ error: TransportError, subject: String) {
        self.code =
            switch error.code {
            case .cancelled: .cancelled
            case .responseTooLarge: .tooLarge
            default: .transport
            }
        self.message = "\(subject): \(BoundedText.line(error.message, limit: APIStatus.longestMessage))"
        self.status = nil
        self.transport = error
        self.retryAfter = nil
    }

    init(_ status: APIStatus, subject: String, retryAfter: Duration? = nil) {
        self.code = Self.code(of: status)
        self.status = status
        self.transport = nil
        self.retryAfter = retryAfter ?? status.retryAfterSeconds.flatMap(Self.delay)
        var message = "\(subject): the API server answered \(status.code)"
        if !status.reason.isEmpty { message += " \(status.reason)" }
        if !status.message.isEmpty { message += ": \(status.message)" }
        self.message = message
    }

    package var description: String { message }

    /// True when the same request may succeed later without anybody's help.
    package var isTransient: Bool {
        switch code {
        case .tooManyRequests, .server, .transport: true
        case .conflict, .alreadyExists, .notFound, .forbidden, .unauthorized, .expired, .invalid, .rejected, .malformed,
            .tooLarge, .credentials, .cancelled:
            false
        }
    }

    /// Reasons count before codes, because a watch's errors and some proxies give only one of them.
    private static func code(of status: APIStatus) -> Code {
        switch status.reason {
        case "Conflict": return .conflict
        case "AlreadyExists": return .alreadyExists
        case "NotFound": return .notFound
        case "Forbidden": return .forbidden
        case "Unauthorized": return .unauthorized
        case "Expired", "Gone": return .expired
        case "TooManyRequests": return .tooManyRequests
        case "Invalid", "BadRequest": return .invalid
        case "Timeout", "ServerTimeout", "ServiceUnavailable", "InternalError": return .server
        default: break
        }
        return switch status.code {
        case 400, 422: .invalid
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        case 409: .conflict
        case 410: .expired
        case 429: .tooManyRequests
        case 500...599: .server
        default: .rejected
        }
    }

    /// A `Retry-After` of more than an hour is taken as an hour: no server of ours means more.
    static func delay(seconds: Int) -> Duration? {
        let longest = 3600
        return seconds > 0 ? .seconds(min(seconds, longest)) : nil
    }
}
