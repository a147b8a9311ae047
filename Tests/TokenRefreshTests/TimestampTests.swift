import Testing
import TokenRefresh

@Suite struct TimestampTests {
    @Test(
        "RFC 3339 is read with fraction and offset",
        arguments: [
            ("2026-01-02T15:04:05Z", 1_767_366_245_000), ("2026-01-02t15:04:05z", 1_767_366_245_000),
            ("2026-01-02T15:04:05.5Z", 1_767_366_245_500), ("2026-01-02T15:04:05.123456789Z", 1_767_366_245_123),
            ("2026-01-02T16:34:05+01:30", 1_767_366_245_000), ("2026-01-02T08:04:05.010-07:00", 1_767_366_245_010),
            ("2026-01-02T15:04:05-00:00", 1_767_366_245_000), ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1000), ("2024-02-29T00:00:00Z", 1_709_164_800_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ] as [(String, Int64)])
    func reads(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        "What is no RFC 3339 time gives nil",
        arguments: [
            "", "2026-01-02", "2026-01-02T15:04:05", "2026-01-02 15:04:05Z", "2026-01-02T15:04:05+0100",
            "2026-01-02T15:04:05+25:00", "2026-01-02T15:04:05+01:60", "2026-01-02T15:04:05 UTC",
            "2026-01-02T15:04:05.Z",
            "2026-01-02T15:04:05,5Z", "2026-13-02T15:04:05Z", "2026-00-02T15:04:05Z", "2026-02-29T15:04:05Z",
            "2100-02-29T15:04:05Z", "2026-04-31T15:04:05Z", "2026-01-02T24:00:00Z", "2026-01-02T15:60:05Z",
            "2026-01-02T15:04:61Z", "2026-1-2T15:04:05Z", "+2026-01-02T15:04:05Z", "2026-01-02T15:04:05Z ",
            "1767366245",
            "２026-01-02T15:04:05Z",
        ])
    func refuses(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("A time is written in UTC with whole seconds, and read again")
    func writes() {
        #expect(noon.rfc3339 == "2026-01-02T15:04:05Z")
        #expect(Timestamp(milliseconds: 1_767_366_245_999).rfc3339 == "2026-01-02T15:04:05Z")
        #expect(Timestamp(seconds: 0).rfc3339 == "1970-01-01T00:00:00Z")
        #expect(Timestamp(seconds: -5).rfc3339 == "1970-01-01T00:00:00Z")
        #expect(Timestamp(seconds: .max / 1000).rfc3339 == "9999-12-31T23:59:59Z")
    }

    @Test("Each day of 400 years is written as it is read")
    func wholeEra() {
        var seconds: Int64 = 0
        while seconds < 146_097 * 86_400 {
            let time = Timestamp(seconds: seconds)
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
            seconds += 86_399 * 7
        }
    }

    @Test(
        "The date of an HTTP field is read",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Fri, 02 Jan 2026 15:04:05 GMT", 1_767_366_245),
            ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
        ] as [(String, Int64)])
    func readsHTTPDate(_ text: String, _ seconds: Int64) {
        #expect(Timestamp(httpDate: text)?.seconds == seconds)
    }

    @Test(
        "What is no HTTP date gives nil",
        arguments: [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
        ])
    func refusesHTTPDate(_ text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }

    @Test("Seconds before 1970 are rounded down like those after")
    func floors() {
        #expect(Timestamp(milliseconds: -1).seconds == -1)
        #expect(Timestamp(milliseconds: 1999).seconds == 1)
    }
}
