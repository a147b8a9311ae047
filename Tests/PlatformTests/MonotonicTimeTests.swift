import Platform
import Testing

@Suite("Monotonic time")
struct MonotonicTimeTests {
    private let second = MonotonicTime(nanoseconds: 1_000_000_000)

    @Test("never runs backwards")
    func forwards() {
        let first = MonotonicTime.now()
        #expect(MonotonicTime.now() >= first)
    }

    @Test("counts a wait in whole milliseconds, rounded up so that the deadline is reached")
    func roundingUp() {
        #expect(second.milliseconds(until: MonotonicTime(nanoseconds: 1_000_000_001)) == 1)
        #expect(second.milliseconds(until: MonotonicTime(nanoseconds: 1_001_000_000)) == 1)
        #expect(second.milliseconds(until: MonotonicTime(nanoseconds: 1_001_000_001)) == 2)
    }

    @Test("has nothing to wait for at a deadline that is now or past")
    func past() {
        #expect(second.milliseconds(until: second) == 0)
        #expect(second.milliseconds(until: MonotonicTime(nanoseconds: 0)) == 0)
    }

    @Test("waits as long as the kernel can for a deadline beyond that")
    func farAway() {
        #expect(second.milliseconds(until: MonotonicTime(nanoseconds: .max)) == Int32.max)
    }

    @Test("measures no time since a later point")
    func durations() {
        let later = second.advanced(milliseconds: 3)
        #expect(later.nanoseconds(since: second) == 3_000_000)
        #expect(second.nanoseconds(since: later) == 0)
    }
}
