/// Why a token was not refreshed, and what kind of waiting that calls for.
package struct RefreshFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Class: String, Sendable, CaseIterable {
        /// Likely gone by itself: tried again by `RetryRule`.
        case transient
        /// GitHub asks for less: waited for.
        case rateLimit = "rate_limit"
        /// Somebody must change something: latched, see `PermanentLatch`.
        case permanent
    }

    /// A closed set, for metric labels.
    package enum Cause: String, Sendable, CaseIterable {
        case unreachable
        case serverError = "server_error"
        /// A 201 that cannot be used, or another status that is none of GitHub's.
        case unusableAnswer = "unusable_answer"
        /// A new token did not work when it was tried.
        case unverified
        /// The Kubernetes API did not take or give something.
        case clusterUnavailable = "cluster_unavailable"
        /// The Workspace that names the GitHub host could not be read.
        case workspaceUnreadable = "workspace_unreadable"

        case primaryLimit = "primary_limit"
        case secondaryLimit = "secondary_limit"

        /// 401: the App's key or id is wrong.
        case appUnauthorized = "app_unauthorized"
        case installationNotFound = "installation_not_found"
        case installationSuspended = "installation_suspended"
        case forbidden
        /// 422, or an annotation that asks for what cannot be asked for.
        case invalidScope = "invalid_scope"
        /// The answer allows more than was asked for.
        case widerThanAsked = "wider_than_asked"
        case untrustedHost = "untrusted_host"
        case invalidEndpoint = "invalid_endpoint"
        /// The source Secret is missing, not that of an App, or its key cannot be read.
        case invalidSource = "invalid_source"
        /// The Secret cannot be written: immutable, or refused by the API server.
        case secretRefused = "secret_refused"
        case refused

        package var failureClass: Class {
            switch self {
            case .unreachable, .serverError, .unusableAnswer, .unverified, .clusterUnavailable, .workspaceUnreadable:
                .transient
            case .primaryLimit, .secondaryLimit: .rateLimit
            case .appUnauthorized, .installationNotFound, .installationSuspended, .forbidden, .invalidScope,
                .widerThanAsked, .untrustedHost, .invalidEndpoint, .invalidSource, .secretRefused, .refused:
                .permanent
            }
        }
    }

    package let cause: Cause
    /// One line without any secret, fit for an event. It holds nothing that differs from try to try, so that equal
    /// failures are seen to be equal.
    package let message: String
    /// What the server asked to wait (`Retry-After`, `x-ratelimit-reset`); nil if it did not say.
    package let after: Duration?

    package init(_ cause: Cause, _ message: String, after: Duration? = nil) {
        self.cause = cause
        self.message = message
        self.after = after
    }

    package var failureClass: Class { cause.failureClass }
    package var description: String { message }
}
