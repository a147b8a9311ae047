internal import HTTPServer
internal import Operations
internal import Platform
internal import Synchronization
internal import TLS
internal import Telemetry

/// What the health probes look at.
///
/// Liveness asks the event loops alone: a bad certificate or a drain must not restart the pod.
final class WebhookHealth: HealthProbes {
    private let loops: ServerLiveness
    private let certificate: ServedCertificate
    private let probe: ListenerProbe
    private let draining = Atomic(false)

    init(server: HTTPServer, certificate: ServedCertificate, probe: ListenerProbe) {
        loops = ServerLiveness(server)
        self.certificate = certificate
        self.probe = probe
    }

    /// From now on readiness fails.
    func beginDrain() { draining.store(true, ordering: .relaxed) }

    func answer(target: String) -> HealthAnswer? {
        let alive = [HealthCheck("event-loops", isHealthy: loops.isAlive)]
        for root in ["/healthz", "/livez"] {
            if let answer = HealthAnswer(target: target, root: root, checks: alive) { return answer }
        }
        let ready = [
            HealthCheck("certificate", isHealthy: certificateIsValid),
            HealthCheck("draining", isHealthy: !draining.load(ordering: .relaxed)),
            HealthCheck("webhook-listener", isHealthy: probe.isReachable),
        ]
        return HealthAnswer(target: target, root: "/readyz", checks: ready)
    }

    private var certificateIsValid: Bool {
        certificate.context.validity.contains(WallClock.now().seconds)
    }
}
