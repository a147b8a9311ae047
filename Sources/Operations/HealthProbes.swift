package import Telemetry

/// Answers the kubelet's probes.
package protocol HealthProbes: Sendable {
    /// - Parameter target: the request target as it came, `/readyz/certificate?verbose`. Called on an event loop, so it
    ///   must not block.
    /// - Returns: nil for a target that is no probe.
    func answer(target: String) -> HealthAnswer?
}
