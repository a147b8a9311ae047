package import Operations
package import Telemetry

/// What the refresher's probes look at.
///
/// Liveness asks for a sign of life of the tasks and nothing else: an API server or a GitHub that is away must not restart
/// the pod. A standby is as ready as the leader: its watch is warm.
package final class RefresherHealth: HealthProbes {
    private let heartbeat: Heartbeat
    private let isSynced: @Sendable () -> Bool

    /// - Parameter isSynced: whether the first list of the Secrets is complete.
    package init(heartbeat: Heartbeat, isSynced: @escaping @Sendable () -> Bool) {
        self.heartbeat = heartbeat
        self.isSynced = isSynced
    }

    package func answer(target: String) -> HealthAnswer? {
        let alive = [HealthCheck("tasks", isHealthy: heartbeat.isAlive)]
        for root in ["/healthz", "/livez"] {
            if let answer = HealthAnswer(target: target, root: root, checks: alive) { return answer }
        }
        // The name that controller-runtime's users know for this.
        return HealthAnswer(
            target: target, root: "/readyz", checks: [HealthCheck("informer-sync", isHealthy: isSynced())])
    }
}
