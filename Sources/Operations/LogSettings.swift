internal import Logging
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

    /// A log that goes to standard error.
    ///
    /// - Parameter label: the program's part, printed as `logger`.
    package func open(label: String) -> ProcessLog {
        let output = LogOutput(
            encoding: encoding, timeEncoding: timeEncoding,
            now: {
                let now = WallClock.now()
                return LogTime(seconds: now.seconds, nanoseconds: now.nanoseconds)
            }, write: FileContents.writeToStandardError)
        let threshold = LogThreshold(Logger.Level(rawValue: level.rawValue) ?? .info)
        return ProcessLog(
            logger: Logger(label: label) { ZapLogHandler(label: $0, threshold: threshold, output: output) },
            threshold: threshold)
    }
}
