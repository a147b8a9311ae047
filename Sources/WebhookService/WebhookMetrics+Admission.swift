internal import Admission
internal import HTTPServer
internal import Settings
internal import Telemetry

extension WebhookMetrics.Labels {
    /// The closed sets behind the webhook's labels.
    static var webhook: WebhookMetrics.Labels {
        WebhookMetrics.Labels(
            webhooks: WebhookPath.allCases.map { "\($0.text)" },
            mutations: ReviewOutcome.Decision.all.map { (MutationResult($0), $0.reason) }
                + [(.error, MalformedReview.reasonLabel)],
            deadlines: ServerEvent.DeadlineKind.allCases.map(\.rawValue), version: BuildVersion.project,
            swiftVersion: BuildVersion.swift)
    }
}

extension MalformedReview {
    /// What the mutation metric calls every body that is no review.
    static let reasonLabel = "malformed-review"
}

extension MutationResult {
    init(_ decision: ReviewOutcome.Decision) {
        switch decision {
        case .patched: self = .patched
        case .skipped: self = .skipped
        case .refused: self = .refused
        }
    }
}

/// The counters of `kelos_token_mutations_total`, looked up once.
struct DecisionCounters {
    private let byDecision: [ReviewOutcome.Decision: Counter]
    let malformed: Counter?

    init(_ metrics: MutationMetrics) {
        byDecision = ReviewOutcome.Decision.all.reduce(into: [:]) { counters, decision in
            counters[decision] = metrics.counter(MutationResult(decision), reason: decision.reason)
        }
        malformed = metrics.counter(.error, reason: MalformedReview.reasonLabel)
    }

    func count(_ decision: ReviewOutcome.Decision) {
        byDecision[decision]?.increment()
    }
}
