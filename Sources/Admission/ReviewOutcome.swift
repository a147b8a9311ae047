import RawJSON
package import TokenInjection

/// What a review came to, for metrics and logs.
package struct ReviewOutcome: Sendable {
    /// The answer and why, as a closed set.
    package enum Decision: Hashable, Sendable {
        case patched
        case skipped(SkipReason)
        case refused(RefusalReason)

        /// Every decision there is, so that each metric series exists from the start.
        package static let all: [Decision] =
            [.patched] + SkipReason.allCases.map { .skipped($0) } + RefusalReason.allCases.map { .refused($0) }

        /// A metric label: `patched`, `skipped` or `refused`.
        package var result: String {
            switch self {
            case .patched: "patched"
            case .skipped: "skipped"
            case .refused: "refused"
            }
        }

        /// A metric label; of several reasons to refuse an object, the first one.
        package var reason: String {
            switch self {
            case .patched: "injected"
            case .skipped(let reason): reason.rawValue
            case .refused(let reason): reason.rawValue
            }
        }
    }

    package let decision: Decision

    /// The API server was asked to keep nothing.
    package let isDryRun: Bool

    /// Whom it was about; nil unless asked for.
    package let subject: ReviewSubject?
}

/// Whom a review was about, fit for a log: printable ASCII, each at most 253 characters.
package struct ReviewSubject: Sendable, Equatable {
    package let uid: String
    package let namespace: String

    /// Name, or `generateName` of an object that has no name yet.
    package let name: String

    /// Such as `Pod`.
    package let kind: String

    init(_ envelope: borrowing ReviewEnvelope, _ request: borrowing ObjectRequest) {
        uid = LogText.cleaned(envelope.uid.string ?? "")
        namespace = LogText.cleaned(request.namespace?.string ?? "")
        name = LogText.cleaned(request.name?.string ?? "")
        kind = LogText.cleaned(request.kind?.field("kind")?.string ?? "")
    }
}
