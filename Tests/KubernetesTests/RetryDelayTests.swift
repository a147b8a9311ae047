import Testing

@testable import Kubernetes

@Suite("Delays between retries")
struct RetryDelayTests {
    @Test("double from 0.8 s to 30 s, at most twice as long by chance")
    func growth() {
        var lowest = RetryDelay()
        var low = LowestGenerator()
        let delays = (0..<10).map { _ in lowest.next(at: .zero, using: &low).milliseconds }
        #expect(delays == [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000, 30_000])
        var random = RetryDelay()
        var generator = SeededGenerator(seed: 1)
        for bound in delays {
            let delay = random.next(at: .zero, using: &generator).milliseconds
            #expect(delay >= bound && delay < 2 * bound)
        }
    }

    @Test("begin anew after two healthy minutes, and not sooner")
    func reset() {
        var delay = RetryDelay()
        var low = LowestGenerator()
        _ = delay.next(at: .zero, using: &low)
        delay.succeeded(at: .seconds(10))
        delay.succeeded(at: .seconds(100))
        #expect(delay.next(at: .seconds(129), using: &low) == .milliseconds(1600))
        delay.succeeded(at: .seconds(130))
        #expect(delay.next(at: .seconds(250), using: &low) == .milliseconds(800))
        // Time without success heals nothing.
        #expect(delay.next(at: .seconds(1000), using: &low) == .milliseconds(1600))
    }

    @Test("are as long as the server asks, within a minute")
    func asked() {
        var delay = RetryDelay()
        var low = LowestGenerator()
        #expect(delay.next(at: .zero, asked: .milliseconds(1), using: &low) == .milliseconds(800))
        #expect(delay.next(at: .zero, asked: .seconds(20), using: &low) == .seconds(20))
        #expect(delay.next(at: .zero, asked: .seconds(3600), using: &low) == .seconds(60))
    }
}

@Suite("Times of the API")
struct KubernetesTimeTests {
    @Test(
        "are RFC 3339 in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00"), (951_782_400, "2000-02-29T00:00:00"), (1_709_251_199, "2024-02-29T23:59:59"),
            (1_787_392_800, "2026-08-22T10:00:00"), (4_107_542_400, "2100-03-01T00:00:00"),
        ] as [(Int64, String)])
    func text(seconds: Int64, text: String) {
        #expect(KubernetesTime.seconds(.seconds(seconds)) == text + "Z")
        #expect(KubernetesTime.microseconds(.seconds(seconds)) == text + ".000000Z")
        #expect(KubernetesTime.microseconds(.seconds(seconds) + .microseconds(1_203)) == text + ".001203Z")
        #expect(KubernetesTime.seconds(.seconds(seconds) + .nanoseconds(999_999_999)) == text + "Z")
    }
}
