package import Sandbox

extension SimulatedSandbox {
    /// Spoils requests to GitHub until `count` have been.
    package func spoilGitHub(count: Int = Int.max, _ change: (inout Fault) -> Void) {
        gitHubFaults.add(Self.fault(count, change))
    }

    /// Spoils requests to the Kubernetes API until `count` have been.
    package func spoilKubernetes(count: Int = Int.max, _ change: (inout Fault) -> Void) {
        kubernetesFaults.add(Self.fault(count, change))
    }

    package func mendGitHub() { _ = gitHubFaults.answer(SandboxRequest("DELETE", "/sandbox/faults")) }

    package func mendKubernetes() { _ = kubernetesFaults.answer(SandboxRequest("DELETE", "/sandbox/faults")) }

    private static func fault(_ count: Int, _ change: (inout Fault) -> Void) -> Fault {
        var fault = Fault()
        fault.count = count
        change(&fault)
        return fault
    }
}
