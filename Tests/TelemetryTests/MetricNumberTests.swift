import Testing

@testable import Telemetry

@Suite("Numbers in the exposition format")
struct MetricNumberTests {
    @Test(
        "print as Go's format 'g' with the shortest digits",
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (0.25, "0.25"), (100, "100"),
            (123_456, "123456"), (999_999, "999999"), (1_000_000, "1e+06"), (1_234_567, "1.234567e+06"),
            (1_763_931_314, "1.763931314e+09"), (1e21, "1e+21"), (1e100, "1e+100"), (0.000_1, "0.0001"),
            (0.000_12, "0.00012"), (0.000_01, "1e-05"), (0.000_025, "2.5e-05"), (.leastNonzeroMagnitude, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"), (123.456, "123.456"), (100_000.5, "100000.5"),
            (18_446_744_073_709_551_616, "1.8446744073709552e+19"), (1e15, "1e+15"), (1e16, "1e+16"),
            (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        ] as [(Double, String)])
    func text(value: Double, text: String) {
        #expect(MetricNumber.text(value) == text)
    }

    @Test("controller-runtime's buckets keep the rounding errors of repeated multiplication")
    func controllerRuntimeBuckets() {
        #expect(
            HistogramBuckets.controllerRuntime.seconds.map(MetricNumber.text) == [
                "1e-08", "1e-07", "1e-06", "9.999999999999999e-06", "9.999999999999999e-05", "0.001", "0.01", "0.1",
                "1", "10", "100", "1000",
            ])
        #expect(
            HistogramBuckets.controllerRuntime.nanoseconds
                == (1...12).map { power in
                    (0..<power).reduce(UInt64(1)) { product, _ in product * 10 }
                })
    }

    @Test("every number reads back exactly")
    func roundTrip() throws {
        var generator = SplitMix(state: 42)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            #expect(Double(MetricNumber.text(value)) == value)
        }
    }
}

/// A small deterministic generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
