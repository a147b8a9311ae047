internal import Synchronization

/// Requests to GitHub, under Kelos's names (internal/source/metrics_transport.go).
package struct GitHubAPIMetrics: Sendable {
    /// What is asked for, and by which method.
    package enum Request: Int, Sendable, CaseIterable {
        case mint
        case verification
        case other

        var method: String {
            switch self {
            case .mint: "POST"
            case .verification: "GET"
            case .other: "other"
            }
        }

        var resource: String {
            switch self {
            case .mint: "access_tokens"
            case .verification: "repositories"
            case .other: "other"
            }
        }
    }

    private let counters: [CodeCounters]
    private let durations: [Histogram]
    private let remaining = QuotaReading()

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
        let reading = remaining
        registry.computed([
            .gauge(
                "kelos_github_api_rate_limit_remaining",
                help: "What is left of the primary rate limit by the last answer to a mint; NaN before the first.")
        ]) { [reading.value] }
    }

    /// - Parameter code: nil when there was no answer.
    package func finished(_ request: Request, code: UInt16?, nanoseconds: UInt64) {
        counters[request.rawValue].count(code)
        durations[request.rawValue].observe(nanoseconds: nanoseconds)
    }

    /// An answer told what is left of the limit.
    package func quota(remaining count: Int) {
        remaining.set(count)
    }
}

/// The last known quota; `NaN` before there is one, which no alert takes for zero.
private final class QuotaReading: Sendable {
    private let bits = Atomic<UInt64>(Double.nan.bitPattern)

    func set(_ count: Int) {
        bits.store(Double(count).bitPattern, ordering: .relaxed)
    }

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}
