/// What happens to the webhook listener's connections.
package struct ConnectionMetrics: Sendable {
    /// Connections open now.
    package let open: Gauge
    package let accepted: Counter
    /// Accepted above the limit, so that requests on them are answered 503.
    package let shed: Counter
    /// Closed while quiet, to make room at the limit.
    package let evicted: Counter
    /// Event loops that have stopped accepting for now.
    package let pausedLoops: Gauge
    package let handshakeFailures: Counter
    /// TLS broke after the handshake.
    package let sessionFailures: Counter
    package let http1: Counter
    package let http2: Counter
    private let deadlines: [String: Counter]

    /// - Parameter deadlines: the names of the server's deadlines: the closed set of that label.
    init(_ registry: inout MetricsRegistry, deadlines names: [String]) {
        open = registry.gauge("kelos_token_open_connections", help: "Connections to the webhook that are open.")
        accepted = registry.counter("kelos_token_connections_accepted_total", help: "Connections accepted.")
        shed = registry.counter(
            "kelos_token_connections_shed_total",
            help: "Connections accepted above the limit, whose requests are answered 503.")
        evicted = registry.counter(
            "kelos_token_connections_evicted_total",
            help: "Quiet connections closed to make room for new ones at the limit.")
        pausedLoops = registry.gauge(
            "kelos_token_paused_accept_loops",
            help: "Event loops that accept no connection now: at the limit, or out of file descriptors.")
        let failures = registry.counters(
            "kelos_token_tls_failures_total", help: "Connections ended by TLS, by phase.",
            labels: [MetricLabels(["phase": "handshake"]), MetricLabels(["phase": "session"])])
        handshakeFailures = failures[0]
        sessionFailures = failures[1]
        let protocols = registry.counters(
            "kelos_token_connections_negotiated_total", help: "Connections by the HTTP version they speak.",
            labels: [MetricLabels(["protocol": "http/1.1"]), MetricLabels(["protocol": "h2"])])
        http1 = protocols[0]
        http2 = protocols[1]
        let passed = registry.counters(
            "kelos_token_connection_deadlines_total", help: "Connections ended because a deadline passed.",
            labels: names.map { MetricLabels(["deadline": $0]) })
        deadlines = Dictionary(zip(names, passed), uniquingKeysWith: { first, _ in first })
    }

    /// The counter of one deadline; nil for a name outside the closed set.
    package func deadline(_ name: String) -> Counter? { deadlines[name] }
}
