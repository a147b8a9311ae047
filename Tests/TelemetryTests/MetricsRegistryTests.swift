import Synchronization
import Telemetry
import Testing

@Suite("The exposition")
struct MetricsRegistryTests {
    private func text(_ registry: MetricsRegistry) -> String {
        var output: [UInt8] = []
        registry.render(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test("is sorted by name, with help and type once per family and every series from the start")
    func layout() {
        var registry = MetricsRegistry()
        let visits = registry.counters(
            "visits_total", help: "Visits.",
            labels: [MetricLabels(["page": "/", "code": "200"]), MetricLabels(["page": "/", "code": "500"])])
        let depth = registry.gauge("depth_bytes", help: "Depth.")
        visits[1].increment()
        visits[1].increment(by: 2)
        depth.add(5)
        depth.add(-7)
        #expect(
            text(registry) == """
                # HELP depth_bytes Depth.
                # TYPE depth_bytes gauge
                depth_bytes -2
                # HELP visits_total Visits.
                # TYPE visits_total counter
                visits_total{page="/",code="200"} 0
                visits_total{page="/",code="500"} 3

                """)
        depth.set(9)
        #expect(depth.value == 9)
        #expect(text(registry) == text(registry))
    }

    @Test("escapes help and label values")
    func escapes() {
        var registry = MetricsRegistry()
        registry.info("odd_info", help: "a\\b\nc\"d", labels: MetricLabels(["x": "q\"\\\nü"]))
        #expect(
            text(registry) == """
                # HELP odd_info a\\\\b\\nc"d
                # TYPE odd_info gauge
                odd_info{x="q\\"\\\\\\nü"} 1

                """)
    }

    @Test("renders cumulative buckets whose last one equals the count")
    func histogram() {
        var registry = MetricsRegistry()
        let histogram = registry.histograms(
            "wait_seconds", help: "Waits.", buckets: HistogramBuckets(seconds: [0.001, 0.01, 1]),
            labels: [MetricLabels(["a": "b"])])[0]
        // On a bound belongs to the bound's bucket.
        for nanoseconds: UInt64 in [0, 1_000_000, 1_000_001, 10_000_000, 1_000_000_000, 1_000_000_001, 5_000_000_000] {
            histogram.observe(nanoseconds: nanoseconds)
        }
        #expect(
            text(registry) == """
                # HELP wait_seconds Waits.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{a="b",le="0.001"} 2
                wait_seconds_bucket{a="b",le="0.01"} 4
                wait_seconds_bucket{a="b",le="1"} 5
                wait_seconds_bucket{a="b",le="+Inf"} 7
                wait_seconds_sum{a="b"} 7.012000002
                wait_seconds_count{a="b"} 7

                """)
    }

    @Test("an observation longer than any clock fits the last bucket")
    func extremeObservation() {
        var registry = MetricsRegistry()
        let histogram = registry.histogram("wait_seconds", help: "Waits.", buckets: .admission)
        histogram.observe(nanoseconds: .max)
        #expect(histogram.cumulativeCounts == Array(repeating: 0, count: 17) + [1])
    }

    @Test("reads a computed group once per scrape and leaves out what has no value")
    func computed() {
        var registry = MetricsRegistry()
        registry.computed([
            .gauge("b_ratio", help: "B."), .counter("a_total", help: "A."), .gauge("c_ratio", help: "C."),
        ]) { [reads = Reads()] in
            reads.count.add(1, ordering: .relaxed)
            return [0.5, Double(reads.count.load(ordering: .relaxed))]
        }
        let first =
            "# HELP a_total A.\n# TYPE a_total counter\na_total 1\n# HELP b_ratio B.\n# TYPE b_ratio gauge\nb_ratio 0.5\n"
        #expect(text(registry) == first)
        #expect(text(registry).contains("a_total 2\n"))
    }

    @Test("loses no update made by many tasks at once")
    func concurrentUpdates() async {
        var registry = MetricsRegistry()
        let counter = registry.counter("hits_total", help: "Hits.")
        let histogram = registry.histogram("wait_seconds", help: "Waits.", buckets: .controllerRuntime)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for step: UInt64 in 0..<10_000 {
                        counter.increment()
                        histogram.observe(nanoseconds: step)
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(histogram.cumulativeCounts.last == 80_000)
        #expect(histogram.sumInSeconds == 8 * 49_995_000 / 1e9)
    }

    private final class Reads: Sendable {
        let count = Atomic<Int>(0)
    }
}
