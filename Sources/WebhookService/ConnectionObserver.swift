internal import HTTPServer
internal import Logging
internal import Operations
internal import TLS
internal import Telemetry

/// Counts what happens to connections, and logs the failures that somebody has to look into.
///
/// A peer can cause any number of failures, so their log lines are limited; the metrics count them all.
final class ConnectionObserver: ServerObserver {
    private let metrics: ConnectionMetrics
    private let failures: LimitedLog

    init(metrics: ConnectionMetrics, logger: Logger) {
        self.metrics = metrics
        failures = LimitedLog(logger, level: .info)
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
            failures.log("TLS handshake failed", metadata: ["error": "\(error)"])
        case .sessionFailed(let error):
            metrics.sessionFailures.increment()
            failures.log("TLS connection failed", metadata: ["error": "\(error)"])
        case .acceptPaused:
            metrics.pausedLoops.add(1)
            failures.log("Not accepting connections: the limit is reached or file descriptors have run out")
        case .acceptResumed: metrics.pausedLoops.add(-1)
        }
    }
}
