package import Logging
internal import Platform
package import Settings
internal import Telemetry

/// What is logged, and how a line looks.
package struct LogSettings: Equatable, Sendable {
    package var level: LogLevel
    package var encoding: LogEncoding
    package var timeEncoding: LogTimeEncoding

    package init(
        level: LogLevel = .info, encoding: LogEncoding = .json, timeEncoding: LogTimeEncoding = .rfc3339
    ) {
        self.level = level
        self.encoding = encoding
        self.timeEncoding = timeEncoding
    }

    /// A logger that writes to standard error.
    ///
    /// - Parameter label: the program's part, printed as `logger`.
    package func makeLogger(label: String) -> Logger {
        let output = LogOutput(
            encoding: encoding, timeEncoding: timeEncoding,
            now: {
                let now = WallClock.now()
                return LogTime(seconds: now.seconds, nanoseconds: now.nanoseconds)
            }, write: FileContents.writeToStandardError)
        let level = Logger.Level(rawValue: level.rawValue) ?? .info
        return Logger(label: label) { ZapLogHandler(label: $0, level: level, output: output) }
    }
}
