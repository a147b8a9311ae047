import Settings
import Testing

@testable import Telemetry

@Suite("Log times")
struct LogTimeTests {
    @Test(
        "print in every encoding",
        arguments: [
            (LogTimeEncoding.rfc3339, "2026-01-02T15:04:05Z"), (.rfc3339nano, "2026-01-02T15:04:05.0123Z"),
            (.iso8601, "2026-01-02T15:04:05.012Z"), (.epoch, "1767366245.0123"), (.millis, "1767366245012.3"),
            (.nano, "1767366245012300000"),
        ])
    func encodings(encoding: LogTimeEncoding, text: String) {
        #expect(LogTime(seconds: 1_767_366_245, nanoseconds: 12_300_000).plain(encoding) == text)
    }

    @Test("without a fraction print none")
    func wholeSeconds() {
        let time = LogTime(seconds: 0, nanoseconds: 0)
        #expect(time.plain(.rfc3339nano) == "1970-01-01T00:00:00Z")
        #expect(time.plain(.epoch) == "0")
        #expect(time.plain(.millis) == "0")
        #expect(time.json(.rfc3339) == "\"1970-01-01T00:00:00Z\"")
        #expect(time.json(.nano) == "0")
    }
}
