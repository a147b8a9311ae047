/// Why there is no answer.
package struct TransportError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Equatable, Sendable, CaseIterable {
        /// The URL or a field cannot be sent.
        case invalidRequest = "invalid-request"
        case nameNotResolved = "name-not-resolved"
        case connectFailed = "connect-failed"
        /// The peer's certificate is not trusted, or TLS failed otherwise.
        case tlsFailed = "tls-failed"
        case proxyFailed = "proxy-failed"
        case timedOut = "timed-out"
        /// A stream was silent for longer than it may be.
        case stalled
        case responseTooLarge = "response-too-large"
        /// The connection broke before the answer was whole.
        case interrupted
        case cancelled
        /// The client has been shut down.
        case closed
    }

    package let code: Code
    /// A sentence that names the host at most: never a path with a query, a field or a body.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// A word of a closed set, for metric labels.
    package var label: String { code.rawValue }
}
