/// Requests to GitHub, under Kelos's names (internal/source/metrics_transport.go).
package struct GitHubAPIMetrics: Sendable {
    /// What is asked for, and by which method.
    package enum Request: Int, Sendable, CaseIterable {
        case mint
        case verification
        case time
        case other

        var method: String {
            switch self {
            case .mint: "POST"
            case .verification, .time: "GET"
            case .other: "other"
            }
        }

        var resource: String {
            switch self {
            case .mint: "access_tokens"
            case .verification: "repositories"
            case .time: "zen"
            case .other: "other"
            }
        }
    }

    /// GitHub and a few servers of GitHub Enterprise.
    private static let hostLimit = 32

    private let counters: [CodeCounters]
    private let durations: [Histogram]
    private let remaining: GaugeTable

    init(_ registry: inout MetricsRegistry) {
        let codes = CodeCounters.labels(failure: "error")
        let made = registry.counters(
            "kelos_github_api_requests_total", help: "Total number of GitHub API requests",
            labels: Request.allCases.flatMap { request in
                codes.map {
                    MetricLabels(["method": request.method, "status_code": $0, "resource": request.resource])
                }
            })
        counters = Request.allCases.map { request in
            let first = request.rawValue * codes.count
            return CodeCounters(Array(made[first..<(first + codes.count)]))
        }
        durations = registry.histograms(
            "kelos_github_api_request_duration_seconds", help: "Duration of GitHub API requests in seconds",
            buckets: .network,
            labels: Request.allCases.map { MetricLabels(["method": $0.method, "resource": $0.resource]) })
        remaining = registry.gaugeTable(
            "kelos_github_api_rate_limit_remaining",
            help: "What is left of the primary rate limit by the last answer of each API.", labels: ["host"],
            limit: Self.hostLimit)
    }

    /// - Parameter code: nil when there was no answer.
    package func finished(_ request: Request, code: UInt16?, nanoseconds: UInt64) {
        counters[request.rawValue].count(code)
        durations[request.rawValue].observe(nanoseconds: nanoseconds)
    }

    /// An answer told what is left of the limit.
    package func quota(host: String, remaining count: Int) {
        remaining.set([host], to: Int64(count))
    }
}
