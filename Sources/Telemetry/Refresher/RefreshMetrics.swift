/// Refreshes by what became of them.
package struct RefreshMetrics: Sendable {
    /// A way in which a refresh can fail.
    package struct Failure: Hashable, Sendable {
        /// What kind of waiting it calls for: `transient`, `rate_limit`, `permanent`.
        package let kind: String
        package let cause: String

        package init(kind: String, cause: String) {
            self.kind = kind
            self.cause = cause
        }
    }

    package let succeeded: Counter
    /// Life that was left in the old token when the new one was written; zero when it had expired.
    package let lifeLeft: Histogram
    /// Writes that somebody else was faster than.
    package let conflicts: Counter
    private let byKind: [String: Counter]
    private let byFailure: [Failure: Counter]

    init(_ registry: inout MetricsRegistry, failures: [Failure]) {
        let kinds = failures.map(\.kind).reduce(into: [String]()) { kinds, kind in
            if !kinds.contains(kind) { kinds.append(kind) }
        }
        let totals = registry.counters(
            "kelos_token_refresh_total", help: "Token refreshes by result: success, or the class of the failure.",
            labels: (["success"] + kinds).map { MetricLabels(["result": $0]) })
        succeeded = totals[0]
        byKind = Dictionary(uniqueKeysWithValues: zip(kinds, totals.dropFirst()))
        let causes = registry.counters(
            "kelos_token_refresh_failures_total", help: "Failed token refreshes by class and cause.",
            labels: failures.map { MetricLabels(["class": $0.kind, "cause": $0.cause]) })
        byFailure = Dictionary(zip(failures, causes), uniquingKeysWith: { first, _ in first })
        conflicts = registry.counter(
            "kelos_token_refresh_conflicts_total",
            help: "Writes of a token that were refused because somebody else had changed the Secret.")
        lifeLeft = registry.histogram(
            "kelos_token_refresh_life_left_seconds",
            help: "Life left in the old token when the new one was written; 0 when it had expired.",
            buckets: .tokenLife)
    }

    /// Counts a failure; one outside the closed set counts nowhere.
    package func failed(_ failure: Failure) {
        byKind[failure.kind]?.increment()
        byFailure[failure]?.increment()
    }
}
