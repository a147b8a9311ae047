package import Kubernetes
package import Logging
internal import Operations
internal import Settings
package import Telemetry

/// Turns what the Kubernetes client tells into metrics and log lines. What repeats is logged now and again.
package final class ClusterReport: KubernetesObserver {
    private let metrics: KubernetesMetrics
    private let logger: Logger
    private let watches: LimitedLog
    private let elections: LimitedLog
    private let events: LimitedLog

    package init(metrics: KubernetesMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
        watches = LimitedLog(logger, level: .error)
        elections = LimitedLog(logger, level: .error)
        // Nothing waits for an Event.
        events = LimitedLog(logger, level: .info)
    }

    package func requestFinished(code: String, method: String, host: String) {
        metrics.requestFinished(code: UInt16(code), method: method)
    }

    package func watchRestarted(_ resource: Resource, _ reason: WatchRestart) {
        metrics.watchRestarted(reason.rawValue)
        logger.debug(
            "Watching again", metadata: ["resource": "\(resource.plural)", "reason": "\(reason.rawValue)"])
    }

    package func watchFailed(_ resource: Resource, _ error: KubernetesError, retryingAfter delay: Duration) {
        metrics.watchFailures.increment()
        let milliseconds = delay.components.seconds * 1000 + delay.components.attoseconds / 1_000_000_000_000_000
        watches.log(
            "Failed to list or watch",
            metadata: [
                "resource": "\(resource.plural)", "error": "\(error)",
                "retryAfter": "\(GoDuration.milliseconds(Int32(clamping: milliseconds)))",
            ])
    }

    package func electionFailed(_ error: KubernetesError) {
        metrics.electionFailures.increment()
        elections.log("Failed to read or write the Lease", metadata: ["error": "\(error)"])
    }

    package func eventFailed(_ error: KubernetesError) {
        metrics.eventFailures.increment()
        events.log("Failed to write an Event", metadata: ["error": "\(error)"])
    }
}
