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
}
