internal import HTTPServer
internal import Platform
internal import Synchronization
internal import TLS
internal import Telemetry

/// What the health probes look at.
///
/// Liveness asks the event loops alone: a bad certificate or a drain must not restart the pod.
final class WebhookHealth: Sendable {
    /// How long an event loop may leave a sign of life unanswered before the process counts as stuck.
    private static let loopPatienceNanoseconds: UInt64 = 30_000_000_000

    private let server: HTTPServer
    private let certificate: ServedCertificate
    private let probe: ListenerProbe
    private let draining = Atomic(false)
    private let lastSign: Atomic<UInt64>

    init(server: HTTPServer, certificate: ServedCertificate, probe: ListenerProbe) {
        self.server = server
        self.certificate = certificate
        self.probe = probe
        lastSign = Atomic(MonotonicTime.now().nanoseconds)
    }

    /// From now on readiness fails.
    func beginDrain() { draining.store(true, ordering: .relaxed) }

    /// - Returns: nil for a target that is no probe.
    func answer(target: String) -> HealthAnswer? {
        let alive = [HealthCheck("event-loops", isHealthy: loopsAnswer())]
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

    private func loopsAnswer() -> Bool {
        let now = MonotonicTime.now().nanoseconds
        if server.ping() { lastSign.store(now, ordering: .relaxed) }
        return now - min(now, lastSign.load(ordering: .relaxed)) < WebhookHealth.loopPatienceNanoseconds
    }
}
