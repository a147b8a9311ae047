/// What became of a review (`kelos_token_mutations_total`).
package enum MutationResult: String, Sendable, CaseIterable {
    /// Allowed with a patch.
    case patched
    /// Allowed as it came; the reason says why nothing was to do.
    case skipped
    /// Not allowed: reserved names or collisions.
    case refused
    /// Not a review that could be decided.
    case error
}

/// `kelos_token_mutations_total{result,reason}` over a closed set of pairs.
package struct MutationMetrics: Sendable {
    private struct Pair: Hashable {
        let result: MutationResult
        let reason: String
    }

    private let counters: [Pair: Counter]

    init(_ registry: inout MetricsRegistry, reasons: [(result: MutationResult, reason: String)]) {
        let pairs = reasons.map { Pair(result: $0.result, reason: $0.reason) }
        let made = registry.counters(
            "kelos_token_mutations_total", help: "Reviews by what became of them and why.",
            labels: pairs.map { MetricLabels(["result": $0.result.rawValue, "reason": $0.reason]) })
        counters = Dictionary(zip(pairs, made), uniquingKeysWith: { first, _ in first })
    }

    /// The counter of one pair, to be looked up at start and kept: a lookup hashes the reason. Nil for a pair that was
    /// not registered.
    package func counter(_ result: MutationResult, reason: String) -> Counter? {
        counters[Pair(result: result, reason: reason)]
    }
}
