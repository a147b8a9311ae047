internal import HTTPServer
internal import Logging
internal import Platform
internal import Synchronization
internal import TLS
internal import Telemetry

/// Counts what happens to connections, and logs the failures that somebody has to look into.
///
/// A peer can cause any number of failures, so their log lines are limited; the metrics count them all.
final class ConnectionObserver: ServerObserver {
    /// Failures logged at once after a quiet time, and the pause before each further one.
    private static let logBurst: UInt64 = 5
    private static let logIntervalNanoseconds: UInt64 = 10_000_000_000

    private let metrics: ConnectionMetrics
    private let logger: Logger
    private let limit: Mutex<LogRateLimit>

    init(metrics: ConnectionMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
        limit = Mutex(
            LogRateLimit(
                burst: ConnectionObserver.logBurst, interval: ConnectionObserver.logIntervalNanoseconds,
                now: MonotonicTime.now().nanoseconds))
    }

    func observe(_ event: ServerEvent) {
        switch event {
        case .accepted:
            metrics.accepted.increment()
            metrics.open.add(1)
        case .shed:
            metrics.shed.increment()
            metrics.open.add(1)
        case .evicted: metrics.evicted.increment()
        case .closed: metrics.open.add(-1)
        case .negotiated(.http1): metrics.http1.increment()
        case .negotiated(.http2): metrics.http2.increment()
        case .deadlinePassed(let kind): metrics.deadline(kind.rawValue)?.increment()
        case .handshakeFailed(let error):
            metrics.handshakeFailures.increment()
            report("TLS handshake failed", ["error": "\(error)"])
        case .sessionFailed(let error):
            metrics.sessionFailures.increment()
            report("TLS connection failed", ["error": "\(error)"])
        case .acceptPaused:
            metrics.pausedLoops.add(1)
            report("Not accepting connections: the limit is reached or file descriptors have run out", [:])
        case .acceptResumed: metrics.pausedLoops.add(-1)
        }
    }

    private func report(_ message: Logger.Message, _ metadata: Logger.Metadata) {
        guard case .log(let suppressed) = limit.withLock({ $0.admit(now: MonotonicTime.now().nanoseconds) }) else {
            return
        }
        var fields = metadata
        if suppressed > 0 { fields["suppressed"] = "\(suppressed)" }
        logger.info(message, metadata: fields)
    }
}
