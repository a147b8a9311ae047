/// A Kubernetes Event about a token, for the Secret and its owner. Reasons and texts are those of Kelos.
package struct RefreshEvent: Equatable, Sendable {
    package enum Reason: String, Sendable, CaseIterable {
        case refreshed = "GitHubTokenRefreshed"
        case refreshFailed = "GitHubTokenRefreshFailed"
    }

    /// The API server cuts an Event's message at 1024 bytes (k8s.io/client-go tools/events).
    private static let longestMessage = 1024

    package let reason: Reason
    package let message: String

    package static func refreshed(expiry: Timestamp) -> RefreshEvent {
        RefreshEvent(
            reason: .refreshed,
            message: "Refreshed GitHub App installation token (expires at \(expiry.rfc3339))")
    }

    package static func failed(_ failure: RefreshFailure) -> RefreshEvent {
        let whole = "Failed to refresh GitHub App installation token: \(failure.message)"
        let isShort = whole.utf8.count <= longestMessage
        // A scalar has four bytes at most.
        let message = isShort ? whole : String(whole.unicodeScalars.prefix(longestMessage / 4))
        return RefreshEvent(reason: .refreshFailed, message: message)
    }

    /// `Normal` or `Warning`, as the API has it.
    package var type: String { reason == .refreshed ? "Normal" : "Warning" }
}

/// Lets an Event about a failure through once: tries are repeated every few seconds, and a hundred equal Events tell no
/// more than one.
struct EventGate: Equatable, Sendable {
    /// Events are kept for an hour by default; a failure that lasts is told again before the last one is gone.
    private static let toldAgain: Duration = .seconds(1800)

    private struct Told: Equatable, Sendable {
        let message: String
        var time: Timestamp
    }

    private var last: Told?

    mutating func event(for failure: RefreshFailure, at now: Timestamp) -> RefreshEvent? {
        if let last, last.message == failure.message, now - last.time < Self.toldAgain { return nil }
        last = Told(message: failure.message, time: now)
        return .failed(failure)
    }

    mutating func succeeded() { last = nil }

    /// The clock was set.
    mutating func move(by span: Duration) { last.map { last?.time = $0.time + span } }
}
