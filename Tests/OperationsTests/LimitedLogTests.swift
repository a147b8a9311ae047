import Logging
import ServerTestSupport
import Synchronization
import Testing

@testable import Operations

@Suite("A log with a limit")
struct LimitedLogTests {
    private final class Clock: Sendable {
        let nanoseconds = Atomic<UInt64>(0)
    }

    @Test("writes some lines of a flood, then one after each pause, which tells how many were left out")
    func flood() {
        let recorder = LogRecorder()
        let clock = Clock()
        let log = LimitedLog(recorder.logger, level: .error, burst: 2, pause: .seconds(10)) {
            clock.nanoseconds.load(ordering: .relaxed)
        }
        for number in 1...5 { log.log("Flooded", metadata: ["number": "\(number)"]) }
        clock.nanoseconds.wrappingAdd(10_000_000_000, ordering: .relaxed)
        log.log("Flooded")
        log.log("Flooded")
        #expect(
            recorder.all == [
                "error: Flooded number=1", "error: Flooded number=2", "error: Flooded suppressed=3",
            ])
    }
}
