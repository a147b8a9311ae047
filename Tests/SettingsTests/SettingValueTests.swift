import Settings
import Testing

@Suite("Setting values")
struct SettingValueTests {
    @Test("booleans take Go's spellings")
    func booleans() throws {
        for text in ["1", "t", "T", "true", "TRUE", "True"] { #expect(try Bool(argument: text)) }
        for text in ["0", "f", "F", "false", "FALSE", "False"] { #expect(try !Bool(argument: text)) }
        for text in ["", "yes", "tRUE", "on"] { #expect(throws: SettingError.self) { try Bool(argument: text) } }
    }

    @Test(
        "byte counts take digits and binary suffixes",
        arguments: [
            ("1", 1), ("7340032", 7_340_032), ("7Mi", 7_340_032), ("16Ki", 16_384), ("2Gi", 2_147_483_648),
        ])
    func byteCounts(text: String, bytes: Int) throws {
        #expect(try ByteCount(argument: text).bytes == bytes)
    }

    @Test(
        "byte counts of nothing, fractions, decimal suffixes and overflow are refused",
        arguments: [
            "0", "", "-1", "+1", "1.5Mi", "7M", "7MB", "Mi", "9223372036854775807Gi", "1 Ki",
        ])
    func byteCountRefusals(text: String) {
        #expect(throws: SettingError.self) { try ByteCount(argument: text) }
    }

    @Test(
        "log levels are controller-runtime's",
        arguments: [
            ("debug", LogLevel.debug), ("info", .info), ("error", .error), ("panic", .critical), ("1", .debug),
            ("2", .trace),
            ("10", .trace),
        ])
    func logLevels(text: String, level: LogLevel) throws {
        #expect(try LogLevel(argument: text) == level)
    }

    @Test("other log levels are refused", arguments: ["", "0", "-1", "warn", "INFO", "fatal"])
    func logLevelRefusals(text: String) {
        let error = #expect(throws: SettingError.self) { try LogLevel(argument: text) }
        #expect(error?.description.contains("write debug, info, error, panic or a number above 0") == true)
    }

    @Test("Kelos's verbosity maps to levels")
    func verbosity() {
        #expect([-1, 0, 1, 2, 9].map(LogLevel.init(verbosity:)) == [.info, .info, .debug, .trace, .trace])
    }

    @Test("enumerations name their values when refusing")
    func enumerations() throws {
        #expect(try TLSVersionFloor(argument: "1.2") == .tls12)
        #expect(try TLSVersionFloor(argument: "VersionTLS13") == .tls13)
        #expect(throws: SettingError(#""1.1" is not a TLS version we speak; write 1.2 or 1.3"#)) {
            try TLSVersionFloor(argument: "1.1")
        }
        #expect(try LogEncoding(argument: "console") == .console)
        #expect(throws: SettingError(#""xml" is not a log encoder; write json or console"#)) {
            try LogEncoding(argument: "xml")
        }
        for encoding in LogTimeEncoding.allCases {
            #expect(try LogTimeEncoding(argument: encoding.rawValue) == encoding)
        }
        #expect(throws: SettingError.self) { try LogTimeEncoding(argument: "unix") }
    }

    @Test("what the user wrote is quoted shortened")
    func longQuote() {
        let error = #expect(throws: SettingError.self) { try LogEncoding(argument: String(repeating: "x", count: 500)) }
        #expect(
            error?.description
                == "\"\(String(repeating: "x", count: 60))...\" is not a log encoder; write json or console")
    }
}
