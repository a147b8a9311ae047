/// The upper bounds of a histogram of durations: ascending seconds, without the implied `+Inf`.
package struct HistogramBuckets: Sendable, Equatable {
    /// What `le` prints.
    package let seconds: [Double]
    /// The same bounds as observations are compared with.
    package let nanoseconds: [UInt64]

    /// - Precondition: ascending, positive, at most `Histogram.capacity` bounds.
    package init(seconds: [Double]) {
        precondition(seconds.count <= Histogram.capacity && zip(seconds, seconds.dropFirst()).allSatisfy(<))
        self.seconds = seconds
        self.nanoseconds = seconds.map { UInt64(($0 * 1e9).rounded()) }
    }

    /// Multiplies step by step, as client_golang's ExponentialBuckets does: the rounding errors of the repeated
    /// product are part of the `le` labels that existing dashboards select by.
    package init(start: Double, factor: Double, count: Int) {
        var bounds: [Double] = []
        var bound = start
        for _ in 0..<count {
            bounds.append(bound)
            bound *= factor
        }
        self.init(seconds: bounds)
    }

    /// controller-runtime's buckets for webhook latencies: 10 ns ... 1000 s by decades.
    package static let controllerRuntime = HistogramBuckets(start: 10e-9, factor: 10, count: 12)

    /// For an admission decided in microseconds: dense where a healthy one lies, up to the second at which an API
    /// server's patience starts to matter.
    package static let admission = HistogramBuckets(seconds: [
        0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05,
        0.1, 0.25, 0.5, 1,
    ])

    /// controller-runtime's buckets for the time of a reconciliation.
    package static let reconciliation = HistogramBuckets(seconds: [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
        1.75,
        2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
    ])

    /// client_golang's DefBuckets, for requests over a network.
    package static let network = HistogramBuckets(seconds: [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ])

    /// For the life that is left in a token of one hour: dense where a kubelet's minute or two still fits, and around the
    /// default margin.
    package static let tokenLife = HistogramBuckets(seconds: [
        1, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 600, 900, 1800, 3600,
    ])
}
