import Settings
import Testing

@Suite("Go durations")
struct GoDurationTests {
    @Test(
        "are read as time.ParseDuration reads them",
        arguments: [
            ("0", 0), ("+0", 0), ("0s", 0), ("5s", 5_000_000_000), ("30s", 30_000_000_000), ("+5s", 5_000_000_000),
            ("1478s", 1_478_000_000_000), ("5.0s", 5_000_000_000), ("5.6s", 5_600_000_000), ("5.s", 5_000_000_000),
            (".5s", 500_000_000), ("1.0040s", 1_004_000_000), ("100.00100s", 100_001_000_000), ("10ns", 10),
            ("11us", 11_000), ("12µs", 12_000), ("12μs", 12_000), ("13ms", 13_000_000), ("15m", 900_000_000_000),
            ("16h", 57_600_000_000_000), ("1h2m3.5s", 3_723_500_000_000), ("10.5s4m", 250_500_000_000),
            ("52763797000ns", 52_763_797_000), ("0.3333333333333333333h", 1_199_999_999_999),
            ("9223372036854775807ns", Int64.max), ("9223372036854775.807us", Int64.max), ("0.9ns", 0),
            ("0.100000000000000000000h", 360_000_000_000),
        ] as [(String, Int64)])
    func parsing(text: String, nanoseconds: Int64) throws {
        #expect(try GoDuration(argument: text).nanoseconds == nanoseconds)
    }

    @Test(
        "that are malformed, negative or too long are refused with an example of what to write",
        arguments: [
            "", "3", "-1s", "-0", "s", ".", ".s", "+", "1.5.5s", "1d", "5 s", "s5", "1h-2m", "9223372036854775808ns",
            "10000000h", "99999999999999999999s", "1e3s", "1h2m3", "０s",
        ])
    func refusals(text: String) {
        let error = #expect(throws: SettingError.self) { try GoDuration(argument: text) }
        #expect(error?.description.contains("write") == true || error?.description.contains("units are") == true)
    }

    @Test("name the unit they do not know")
    func unknownUnit() {
        #expect(
            throws: SettingError(#""1d" has the unknown unit "d"; units are h, m, s, ms, us and ns, for example 1m30s"#)
        ) {
            try GoDuration(argument: "1d")
        }
    }

    @Test(
        "print as Go prints them",
        arguments: [
            (0, "0s"), (1, "1ns"), (1_100, "1.1µs"), (2_200_000, "2.2ms"), (3_300_000_000, "3.3s"),
            (245_000_000_000, "4m5s"), (245_001_000_000, "4m5.001s"), (18_367_001_000_000, "5h6m7.001s"),
            (480_000_000_001, "8m0.000000001s"), (Int64.max, "2562047h47m16.854775807s"), (60_000_000_000, "1m0s"),
            (3_600_000_000_000, "1h0m0s"), (500_000_000, "500ms"), (999_999_999, "999.999999ms"), (1_050, "1.05µs"),
        ] as [(Int64, String)])
    func printing(nanoseconds: Int64, text: String) throws {
        let duration = GoDuration(nanoseconds: nanoseconds)
        #expect(duration.description == text)
        #expect(try GoDuration(argument: text) == duration)
    }

    @Test("convert to Swift's Duration and never go below zero")
    func conversion() {
        #expect(GoDuration.seconds(15).duration == .seconds(15))
        #expect(GoDuration.milliseconds(1500).nanoseconds == 1_500_000_000)
        #expect(GoDuration(nanoseconds: -5) == .zero)
        #expect(GoDuration.milliseconds(999) < GoDuration.seconds(1))
    }
}
