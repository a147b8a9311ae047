import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("Which GitHub is asked")
struct EndpointTests {
    private func rig(repository: String) throws -> Rig {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace(repository)
        let owners = try rig.addOwner("WorkerPool", "pool")
        try rig.addStatefulSet("wp-pool", owners: owners, replicas: 1)
        try rig.addSecret(life: .seconds(100), owners: owners)
        return rig
    }

    @Test("a host that the operator does not trust is never called")
    func untrusted() throws {
        let rig = try rig(repository: "https://evil.test/o/r")
        try rig.addSecret("a", life: nil, annotations: [RefreshAnnotation.apiURL: "https://evil.test/api/v3"])
        try rig.start()
        try rig.run(for: .seconds(1000))
        #expect(rig.sandbox.log.requests { $0.host.contains("evil") }.isEmpty)
        #expect(rig.mintRequests == 0)
        #expect(rig.token() == "first")
        let failures = rig.notices.failures
        #expect(failures.allSatisfy { $0.failure.cause == .untrustedHost && $0.isLatched })
        #expect(failures.allSatisfy { $0.failure.message.contains("--allow-github-host=evil.test") })
        // Both, at once and every five minutes.
        #expect(failures.count == 8)
        #expect(try rig.events().filter { $0 == "GitHubTokenRefreshFailed about Secret" }.count == 2)
    }

    @Test("the host of a Workspace is called once the operator trusts it")
    func trusted() throws {
        let rig = try rig(repository: "git@ghes.test:o/r.git")
        try rig.start {
            let trusted = try TrustedHosts(api: .gitHub, hosts: ["ghes.test"])
            $0.endpoints = EndpointChoice(standard: .gitHub, trusted: trusted)
        }
        try rig.run(for: .seconds(10))
        let asked = rig.sandbox.log.requests { $0.host == "ghes.test" }
        #expect(asked.first?.path == "/api/v3/app/installations/67890/access_tokens")
        #expect(rig.sandbox.log.requests { $0.isMint && $0.host == "api.github.com" }.isEmpty)
    }

    @Test("a Workspace that cannot be read is an error and no step to github.com, and it is tried again")
    func unreadable() throws {
        let rig = try rig(repository: "https://github.com/o/r")
        rig.delete("/apis/kelos.dev/v1alpha2/namespaces/default/workspaces/workspace")
        try rig.start()
        try rig.run(for: .seconds(50))
        #expect(rig.mintRequests == 0)
        #expect(rig.notices.failures.first?.failure.cause == .workspaceUnreadable)
        #expect(rig.notices.failures.first?.isLatched == false)
        try rig.addWorkspace()
        try rig.run(for: .seconds(30))
        #expect(rig.minted == 1)
        // From now on the annotation names the API, and the Workspace may go.
        rig.delete("/apis/kelos.dev/v1alpha2/namespaces/default/workspaces/workspace")
        try rig.run(for: .seconds(3600))
        #expect(rig.minted == 2)
    }
}
