import Telemetry
import Testing

@Suite("Rate limit of log lines")
struct LogRateLimitTests {
    @Test("a burst passes, then one per interval, with the number left out")
    func burst() {
        var limit = LogRateLimit(burst: 2, interval: 100, now: 1000)
        #expect(limit.admit(now: 1000) == .log(suppressed: 0))
        #expect(limit.admit(now: 1000) == .log(suppressed: 0))
        #expect(limit.admit(now: 1050) == .suppress)
        #expect(limit.admit(now: 1099) == .suppress)
        #expect(limit.admit(now: 1100) == .log(suppressed: 2))
        #expect(limit.admit(now: 1199) == .suppress)
        #expect(limit.admit(now: 1200) == .log(suppressed: 1))
    }

    @Test("a long quiet time earns no more than the burst")
    func refill() {
        var limit = LogRateLimit(burst: 2, interval: 100, now: 0)
        for _ in 0..<2 { #expect(limit.admit(now: 0) == .log(suppressed: 0)) }
        let later: UInt64 = 1_000_050
        for _ in 0..<2 { #expect(limit.admit(now: later) == .log(suppressed: 0)) }
        #expect(limit.admit(now: later + 99) == .suppress)
        #expect(limit.admit(now: later + 100) == .log(suppressed: 1))
    }

    @Test("time that stands still or runs back earns nothing")
    func backwards() {
        var limit = LogRateLimit(burst: 1, interval: 10, now: 100)
        #expect(limit.admit(now: 100) == .log(suppressed: 0))
        #expect(limit.admit(now: 50) == .suppress)
        #expect(limit.admit(now: 109) == .suppress)
        #expect(limit.admit(now: 110) == .log(suppressed: 2))
        #expect(limit.admit(now: .max) == .log(suppressed: 0))
    }

    @Test("zero burst and interval count as one")
    func degenerate() {
        var limit = LogRateLimit(burst: 0, interval: 0, now: 0)
        #expect(limit.admit(now: 0) == .log(suppressed: 0))
        #expect(limit.admit(now: 0) == .suppress)
        #expect(limit.admit(now: 1) == .log(suppressed: 1))
    }
}
