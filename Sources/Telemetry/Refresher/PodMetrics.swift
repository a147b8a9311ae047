/// The pods that should have the token's file.
package struct PodMetrics: Sendable {
    /// Zero for a standby.
    package let missed: Gauge
    package let listFailures: Counter

    init(_ registry: inout MetricsRegistry) {
        missed = registry.gauge(
            "kelos_token_missed_pods",
            help: "Pods that run without the token's file though the webhook would add it; 0 for a standby.")
        listFailures = registry.counter(
            "kelos_token_pod_list_failures_total", help: "Lists of pods that failed.")
    }
}
