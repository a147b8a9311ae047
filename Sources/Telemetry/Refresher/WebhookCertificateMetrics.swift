/// The webhook's certificates, where the refresher manages them; all zero where it does not, or on a standby.
package struct WebhookCertificateMetrics: Sendable {
    /// The closed set of the label `certificate`.
    package enum Kind: String, Sendable, CaseIterable {
        case authority = "ca"
        case leaf
    }

    private let expirations: [Kind: Gauge]
    private let rotations: [Kind: Counter]
    /// Replicas that do not serve the present leaf, or cannot be asked.
    package let staleReplicas: Gauge
    package let failures: Counter

    init(_ registry: inout MetricsRegistry) {
        let kinds = Kind.allCases
        let labels = kinds.map { MetricLabels(["certificate": $0.rawValue]) }
        let gauges = registry.gauges(
            "kelos_token_webhook_certificate_expiration_timestamp_seconds",
            help: "When what is made for the webhook expires, in seconds since the epoch; 0 where nothing is made.",
            labels: labels)
        expirations = Dictionary(uniqueKeysWithValues: zip(kinds, gauges))
        let counters = registry.counters(
            "kelos_token_webhook_certificate_rotations_total",
            help: "Certificates made for the webhook: leaves, and authorities that began to sign.", labels: labels)
        rotations = Dictionary(uniqueKeysWithValues: zip(kinds, counters))
        staleReplicas = registry.gauge(
            "kelos_token_webhook_certificate_stale_replicas",
            help: "Webhook replicas that do not serve the present certificate, or cannot be asked.")
        failures = registry.counter(
            "kelos_token_webhook_certificate_failures_total",
            help: "Looks at the webhook's certificates, and changes of them, that failed.")
    }

    /// - Parameter seconds: since 1970; nil where there is none.
    package func expires(_ kind: Kind, at seconds: Int64?) { expirations[kind]?.set(seconds ?? 0) }

    package func rotated(_ kind: Kind) { rotations[kind]?.increment() }
}
