import Logging
import Settings
import Synchronization
import Testing

@testable import Telemetry

@Suite("The log handler")
struct ZapLogHandlerTests {
    private final class Lines: Sendable {
        private let stored = Mutex<[String]>([])
        func append(_ line: [UInt8]) { stored.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        var all: [String] { stored.withLock { $0 } }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description = "read \"tls.crt\": no such file"
    }

    private let lines = Lines()

    private func logger(
        _ label: String = "admission", level: Logger.Level = .trace, encoding: LogEncoding = .json,
        time: LogTimeEncoding = .rfc3339
    ) -> Logger {
        self.logger(label, LogThreshold(level), encoding: encoding, time: time)
    }

    private func logger(
        _ label: String, _ threshold: LogThreshold, encoding: LogEncoding = .json, time: LogTimeEncoding = .rfc3339
    ) -> Logger {
        let lines = lines
        let output = LogOutput(
            encoding: encoding, timeEncoding: time, now: { LogTime(seconds: 1_767_366_245, nanoseconds: 500_000_000) },
            write: { lines.append($0) })
        return Logger(label: label) { ZapLogHandler(label: $0, threshold: threshold, output: output) }
    }

    @Test("writes one JSON line: level, ts, logger, msg, then fields sorted by key")
    func keyOrder() {
        var logger = self.logger()
        logger[metadataKey: "requestID"] = "u-1"
        logger.info("Mutated pod", metadata: ["name": "x", "count": "\(3)", "attempt": .stringConvertible(3)])
        #expect(
            lines.all == [
                #"{"level":"info","ts":"2026-01-02T15:04:05Z","logger":"admission","msg":"Mutated pod","attempt":3,"#
                    + #""count":"3","name":"x","requestID":"u-1"}"# + "\n"
            ])
    }

    @Test(
        "maps levels to zap's names",
        arguments: [
            (Logger.Level.trace, "debug"), (.debug, "debug"), (.info, "info"), (.notice, "info"), (.warning, "warn"),
            (.error, "error"), (.critical, "error"),
        ])
    func levels(level: Logger.Level, name: String) {
        logger("").log(level: level, "x")
        #expect(lines.all == [#"{"level":"\#(name)","ts":"2026-01-02T15:04:05Z","msg":"x"}"# + "\n"])
    }

    @Test("evaluates nothing below its level")
    func levelCheck() {
        let logger = self.logger(level: .error)
        logger.info("\(unexpected())", metadata: ["x": "\(unexpected())"])
        #expect(lines.all.isEmpty)
    }

    @Test("follows the process's level, unless it has one of its own")
    func changingLevel() {
        let threshold = LogThreshold(.info)
        let common = logger("common", threshold)
        var own = common
        own.logLevel = .info
        for _ in 1...3 {
            common.debug("x")
            own.debug("x")
            threshold.toggle()
        }
        #expect(lines.all == [#"{"level":"debug","ts":"2026-01-02T15:04:05Z","logger":"common","msg":"x"}"# + "\n"])
    }

    @Test(
        "goes to debug and back, and from debug to info and back",
        arguments: [
            (Logger.Level.critical, Logger.Level.debug), (.error, .debug), (.info, .debug), (.debug, .info),
            (.trace, .info),
        ])
    func toggling(configured: Logger.Level, alternative: Logger.Level) {
        let threshold = LogThreshold(configured)
        for expected in [(configured, alternative), (alternative, configured), (configured, alternative)] {
            #expect((threshold.level, threshold.other) == expected)
            threshold.toggle()
        }
    }

    private func unexpected() -> String {
        Issue.record("a suppressed message was evaluated")
        return ""
    }

    @Test("escapes what JSON and a line-based reader cannot take")
    func escapes() {
        logger("").info("a\"b\\c\nd\re\tf\u{0}g\u{1B}h\u{7F}i\u{2028}jü😀")
        #expect(
            lines.all == [
                #"{"level":"info","ts":"2026-01-02T15:04:05Z","msg":"a\"b\\c\nd\re\tf\u0000g\u001bh\u007fi\u2028jü😀"}"#
                    + "\n"
            ])
    }

    @Test("escapes what hides or reorders its neighbours on a screen")
    func invisible() {
        logger("").info("a\u{202E}b\u{200B}c\u{FEFF}d\u{A0}e\u{E0041}f\u{9B}31m")
        #expect(
            lines.all.first?.hasSuffix(
                #""msg":"a\u202eb\u200bc\ufeffd\u00a0e\udb40\udc41f\u009b31m"}"# + "\n") == true)
    }

    @Test("keeps nested values and the types of numbers and booleans")
    func nesting() {
        logger("").info(
            "x",
            metadata: [
                "list": ["a", .stringConvertible(true)],
                "map": ["z": .stringConvertible(1.5), "a": .stringConvertible(UInt8(7))],
                "odd": .stringConvertible(Double.nan),
            ])
        #expect(
            lines.all.first?.hasSuffix(#""msg":"x","list":["a",true],"map":{"a":7,"z":1.5},"odd":"nan"}"# + "\n")
                == true)
    }

    @Test("puts an error's text under error")
    func error() {
        logger("").error("Cannot load the certificate", error: Failure())
        #expect(
            lines.all.first?.hasSuffix(
                #""msg":"Cannot load the certificate","error":"read \"tls.crt\": no such file"}"# + "\n") == true)
    }

    @Test("keeps its own keys unique")
    func ownKeys() {
        logger("").info("x", metadata: ["msg": "m", "level": "l"])
        #expect(lines.all.first?.hasSuffix(#""msg":"x","level_":"l","msg_":"m"}"# + "\n") == true)
    }

    @Test("bounds strings and lines, and says so")
    func bounds() throws {
        let long = String(repeating: "é", count: 5000)
        logger("").info("\(long)", metadata: ["a": "\(long)", "b": "\(long)", "c": "\(long)", "d": "short"])
        let line = try #require(lines.all.first)
        #expect(line.utf8.count <= LogLine.longestLine)
        #expect(line.contains("\"msg\":\"" + String(repeating: "é", count: 512) + "...\""))
        #expect(line.hasSuffix("...\",\"d\":\"short\",\"truncated\":true}\n"))
        #expect(!line.contains("\"c\""))
    }

    @Test("has a console form for people")
    func console() {
        logger(encoding: .console, time: .iso8601).warning("Slow\nlisk", metadata: ["b": "2", "a": "1"])
        logger("", encoding: .console).info("Ready")
        #expect(
            lines.all == [
                "2026-01-02T15:04:05.500Z\tWARN\tadmission\tSlow\\nlisk\t{\"a\":\"1\",\"b\":\"2\"}\n",
                "2026-01-02T15:04:05Z\tINFO\tReady\n",
            ])
    }

    @Test("prints numeric times as JSON numbers")
    func numericTime() {
        logger("", time: .epoch).info("x")
        #expect(lines.all == [#"{"level":"info","ts":1767366245.5,"msg":"x"}"# + "\n"])
    }
}
