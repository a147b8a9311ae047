/// How a managed Secret is doing (`kelos_token_secrets`).
package enum SecretState: String, Sendable, CaseIterable {
    /// No token of a known expiry yet.
    case pending
    /// Holds a token, and the last refresh worked.
    case fresh
    /// The last refresh failed and is tried again.
    case failing
    /// The last refresh failed in a way that somebody has to mend.
    case blocked
    /// Its time has come, but nobody uses the token just now, so it is left to expire.
    case idle
}

/// The managed Secrets.
package struct SecretMetrics: Sendable {
    /// Above every cluster that the refresher is meant for, and little enough for a monitoring system.
    static let seriesLimit = 20_000

    /// Seconds since 1970, by namespace and Secret; 0 while no expiry is known. An idle Secret has none: that its token
    /// expires is no news to anybody.
    package let expiration: GaugeTable
    package let adopted: Counter
    private let released: [String: Counter]
    private let states: [SecretState: Gauge]

    /// - Parameter releases: why a Secret can stop being managed: the closed set of that label.
    init(_ registry: inout MetricsRegistry, releases reasons: [String]) {
        expiration = registry.gaugeTable(
            "kelos_token_expiration_timestamp_seconds",
            help: "When the token of a Secret in use expires, in seconds since the epoch; 0 while that is not known.",
            labels: ["namespace", "secret"], limit: Self.seriesLimit)
        adopted = registry.counter(
            "kelos_token_adoptions_total",
            help: "Secrets of a Kelos without token refresh that were taken into care.")
        let counters = registry.counters(
            "kelos_token_releases_total", help: "Secrets that are not managed any more, by reason.",
            labels: reasons.map { MetricLabels(["reason": $0]) })
        released = Dictionary(zip(reasons, counters), uniquingKeysWith: { first, _ in first })
        let all = SecretState.allCases
        let gauges = registry.gauges(
            "kelos_token_secrets", help: "Managed Secrets by state.",
            labels: all.map { MetricLabels(["state": $0.rawValue]) })
        states = Dictionary(uniqueKeysWithValues: zip(all, gauges))
    }

    /// A Secret goes from one state to another; nil is not managed.
    package func moved(from old: SecretState?, to new: SecretState?) {
        guard old != new else { return }
        if let old { states[old]?.add(-1) }
        if let new { states[new]?.add(1) }
    }

    /// Counts a Secret that is not managed any more; a reason outside the closed set counts nowhere.
    package func released(_ reason: String) {
        released[reason]?.increment()
    }
}
