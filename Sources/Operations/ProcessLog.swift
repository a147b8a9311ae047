package import Logging
internal import Settings
package import Telemetry

/// A process's log, whose level can be switched while it is written.
package struct ProcessLog: Sendable {
    package let logger: Logger
    private let threshold: LogThreshold

    /// - Parameter threshold: of `logger` and all that are made from it.
    package init(logger: Logger, threshold: LogThreshold) {
        self.logger = logger
        self.threshold = threshold
    }

    /// Goes to the other of the two levels and says so, at whatever level that can be seen: before the log falls silent, or
    /// after it has begun to talk. For one caller at a time.
    package func switchLevel() {
        let before = threshold.level
        let after = threshold.other
        if after < before { threshold.toggle() }
        logger.info("Log level changed", metadata: ["logLevel": "\(Self.argument(after))"])
        if after >= before { threshold.toggle() }
    }

    private static func argument(_ level: Logger.Level) -> String {
        LogLevel(rawValue: level.rawValue)?.argument ?? level.rawValue
    }
}
