package import Kubernetes

/// One process of a program that has clients, with a clock and a network of its own.
package final class SimulatedReplica: Sendable {
    package let process: SimulatedProcess
    package let clock: VirtualClock
    package let transport: SandboxTransport

    /// - Parameters:
    ///   - offset: how far its wall clock is ahead of the world's.
    ///   - rate: how much faster its clocks run.
    package init(_ name: String, in sandbox: SimulatedSandbox, offset: Duration = .zero, rate: Double = 1) {
        process = SimulatedProcess(name, in: sandbox.simulation)
        clock = VirtualClock(sandbox.simulation, offset: offset, rate: rate)
        transport = SandboxTransport(process, clock: clock, sandbox: sandbox)
    }

    package var kubernetesLink: Link { transport.link(to: SimulatedSandbox.kubernetesHost) }
    package var gitHubLink: Link { transport.link(to: SimulatedSandbox.gitHubHost) }

    package func makeClient(
        observer: any KubernetesObserver, credential: ClusterAccess.Credential = .none,
        readFile: @escaping ReadFile = { _ in [] }
    ) throws(AccessError) -> KubernetesClient {
        KubernetesClient(
            try ClusterAccess(server: "https://" + SimulatedSandbox.kubernetesHost, credential: credential),
            transport: transport, clock: clock, observer: observer, fieldManager: process.name,
            userAgent: "simulation/1", readFile: readFile)
    }
}
