package import Logging
internal import Platform
internal import Synchronization
internal import Telemetry

/// Logs one kind of event that may come in floods: some lines at once, then one now and again, which tells how many were
/// left out.
package final class LimitedLog: Sendable {
    private let logger: Logger
    private let level: Logger.Level
    private let now: @Sendable () -> UInt64
    private let limit: Mutex<LogRateLimit>

    /// - Parameters:
    ///   - burst: lines at once after a quiet time.
    ///   - pause: before each further line.
    ///   - now: nanoseconds of a monotonic clock.
    package init(
        _ logger: Logger, level: Logger.Level, burst: UInt64 = 5, pause: Duration = .seconds(10),
        now: @escaping @Sendable () -> UInt64 = { MonotonicTime.now().nanoseconds }
    ) {
        self.logger = logger
        self.level = level
        self.now = now
        let (seconds, attoseconds) = pause.components
        let nanoseconds = UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds)) / 1_000_000_000
        limit = Mutex(LogRateLimit(burst: burst, interval: nanoseconds, now: now()))
    }

    package func log(_ message: Logger.Message, metadata: Logger.Metadata = [:]) {
        guard case .log(let suppressed) = limit.withLock({ $0.admit(now: now()) }) else {
            return
        }
        var fields = metadata
        if suppressed > 0 { fields["suppressed"] = "\(suppressed)" }
        logger.log(level: level, message, metadata: fields)
    }
}
