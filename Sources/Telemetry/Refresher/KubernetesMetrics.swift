/// What the Kubernetes client does.
package struct KubernetesMetrics: Sendable {
    /// The methods that the client sends; anything else is `other`.
    private static let methods = ["GET", "PATCH", "POST", "other"]

    private let requests: [CodeCounters]
    private let restarts: [String: Counter]
    package let watchFailures: Counter
    package let eventFailures: Counter
    package let electionFailures: Counter
    /// 1 for a leader, and for a refresher that takes part in no election; 0 for a standby.
    package let isLeader: Gauge

    /// - Parameters:
    ///   - host: of the API server.
    ///   - restarts: why a watch can begin anew: the closed set of that label.
    ///   - lease: what the election is called.
    init(_ registry: inout MetricsRegistry, host: String, restarts reasons: [String], lease: String) {
        let codes = CodeCounters.labels(failure: "<error>")
        let made = registry.counters(
            "rest_client_requests_total",
            help: "Number of HTTP requests, partitioned by status code, method, and host.",
            labels: Self.methods.flatMap { method in
                codes.map { MetricLabels(["code": $0, "method": method, "host": host]) }
            })
        requests = Self.methods.indices.map { index in
            CodeCounters(Array(made[(index * codes.count)..<((index + 1) * codes.count)]))
        }
        let counters = registry.counters(
            "kelos_token_watch_restarts_total", help: "Watches of Secrets begun again, by reason.",
            labels: reasons.map { MetricLabels(["reason": $0]) })
        restarts = Dictionary(zip(reasons, counters), uniquingKeysWith: { first, _ in first })
        watchFailures = registry.counter(
            "kelos_token_watch_failures_total", help: "Lists and watches of Secrets that failed.")
        eventFailures = registry.counter(
            "kelos_token_event_failures_total", help: "Kubernetes Events that could not be written.")
        electionFailures = registry.counter(
            "kelos_token_election_failures_total", help: "Reads and writes of the Lease that failed.")
        isLeader =
            registry.gauges(
                "leader_election_master_status",
                help:
                    "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates "
                    + "master.",
                labels: [MetricLabels(["name": lease])])[0]
    }

    /// - Parameter code: nil when there was no answer.
    package func requestFinished(code: UInt16?, method: String) {
        let index = Self.methods.firstIndex(of: method) ?? Self.methods.count - 1
        requests[index].count(code)
    }

    /// A watch begins anew; a reason outside the closed set counts nowhere.
    package func watchRestarted(_ reason: String) {
        restarts[reason]?.increment()
    }
}
