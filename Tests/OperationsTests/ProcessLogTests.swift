import Logging
import Synchronization
import Telemetry
import Testing

@testable import Operations

@Suite("A process's log")
struct ProcessLogTests {
    private final class Lines: Sendable {
        private let stored = Mutex<[String]>([])
        func append(_ line: [UInt8]) { stored.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        var all: [String] { stored.withLock { $0 } }
    }

    @Test(
        "tells each change of its level, however little it tells otherwise",
        arguments: [
            (Logger.Level.critical, ["debug", "panic"]), (.error, ["debug", "error"]), (.info, ["debug", "info"]),
            (.debug, ["info", "debug"]), (.trace, ["info", "2"]),
        ])
    func switching(configured: Logger.Level, told: [String]) {
        let lines = Lines()
        let threshold = LogThreshold(configured)
        let output = LogOutput(now: { LogTime(seconds: 0, nanoseconds: 0) }, write: { lines.append($0) })
        let logger = Logger(label: "a") { ZapLogHandler(label: $0, threshold: threshold, output: output) }
        let log = ProcessLog(logger: logger, threshold: threshold)
        for _ in 1...4 { log.switchLevel() }
        let start = #"{"level":"info","ts":"1970-01-01T00:00:00Z","logger":"a","msg":"Log level changed","logLevel":""#
        #expect(lines.all == (told + told).map { "\(start)\($0)\"}\n" })
        #expect(threshold.level == configured)
    }
}
