import PodManifests
import RefresherSimulation
import Sandbox

extension Stage {
    /// Spoils requests to GitHub until `count` have been.
    func spoilGitHub(count: Int = Int.max, _ change: (inout Fault) -> Void) {
        sandbox.gitHubFaults.add(Self.fault(count, change))
    }

    /// Spoils requests to the Kubernetes API until `count` have been.
    func spoilKubernetes(count: Int = Int.max, _ change: (inout Fault) -> Void) {
        sandbox.kubernetesFaults.add(Self.fault(count, change))
    }

    func mendGitHub() { _ = sandbox.gitHubFaults.answer(SandboxRequest("DELETE", "/sandbox/faults")) }

    func mendKubernetes() { _ = sandbox.kubernetesFaults.answer(SandboxRequest("DELETE", "/sandbox/faults")) }

    private static func fault(_ count: Int, _ change: (inout Fault) -> Void) -> Fault {
        var fault = Fault()
        fault.count = count
        change(&fault)
        return fault
    }

    // MARK: What was sent

    /// Requests that ask GitHub for a token, those that were refused too.
    func mintRequests(in interval: Range<Duration>? = nil) -> [LoggedRequest] {
        sandbox.log.requests(in: interval, where: \.isMint)
    }

    /// Writes to Secrets.
    func secretPatches(in interval: Range<Duration>? = nil) -> [LoggedRequest] {
        sandbox.log.requests(in: interval) { $0.method == "PATCH" && $0.path.contains("/secrets/") }
    }
}
