import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("A write")
struct WriteTests {
    private func rig() throws -> Rig {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: nil)
        return rig
    }

    @Test("that somebody else was faster than is decided anew, and keeps what they wrote")
    func conflict() throws {
        let rig = try rig()
        // Between the look and the patch.
        rig.delayMint(milliseconds: 2000)
        try rig.start()
        try rig.run(for: .seconds(1))
        rig.refuseNextWrite()
        rig.patchSecret("token", ["metadata": ["labels": ["theirs": "kept"]], "data": ["OTHER": "eA=="]])
        try rig.run(for: .seconds(5))
        #expect(rig.minted == 1)
        #expect(rig.tokenWrites.count == 2)
        #expect(rig.token()?.hasPrefix("ghs_") == true)
        #expect(rig.sandbox.secret("token")?["data"]?["OTHER"] == "eA==")
        #expect(rig.notices.has { if case .conflicted = $0 { true } else { false } })
    }

    @Test("does not replace a token that another refresher wrote meanwhile")
    func otherRefresher() throws {
        let rig = try rig()
        rig.delayMint(milliseconds: 2000)
        try rig.start()
        try rig.run(for: .seconds(1))
        rig.sandbox.kubernetes.disturb(.stall)
        rig.patchSecret(
            "token",
            [
                "metadata": ["annotations": [RefreshAnnotation.expiresAt: "2026-11-23T13:00:00Z"]],
                "data": ["GITHUB_TOKEN": "dGhlaXJz"],
            ])
        try rig.run(for: .seconds(10))
        #expect(rig.token() == "theirs")
        #expect(rig.notices.has { if case .conflicted = $0 { true } else { false } })
        #expect(rig.minted == 1)
    }

    @Test("that fails is done again with the token in hand")
    func retried() throws {
        let rig = try rig()
        rig.spoilWrites(count: 2, status: 503)
        try rig.start()
        try rig.run(for: .seconds(65))
        #expect(rig.minted == 1)
        #expect(rig.token() != nil)
        #expect(rig.notices.failures.map(\.failure.cause) == [.clusterUnavailable, .clusterUnavailable])
    }

    @Test("that the API server refuses says nothing of the token")
    func refused() throws {
        let rig = try rig()
        rig.spoilWrites(count: .max, status: 422) {
            ($0.reason, $0.message) = ("Invalid", "admission webhook denied ghs_echo")
        }
        try rig.start()
        try rig.run(for: .seconds(200))
        #expect(rig.minted == 1)
        let failure = rig.notices.failures.first
        #expect(failure?.failure.cause == .secretRefused && failure?.isLatched == true)
        #expect(rig.notices.all.allSatisfy { !"\($0)".contains("ghs_") })
        #expect(try rig.events() == ["GitHubTokenRefreshFailed about Secret"])
    }

    @Test("that cannot be read anew after a conflict keeps its token for the next try")
    func rereadFails() throws {
        let rig = try rig()
        rig.refuseNextWrite()
        rig.sandbox.spoilKubernetes(count: 1) { ($0.method, $0.path, $0.status) = ("GET", "/secrets/token", 500) }
        try rig.start()
        try rig.run(for: .seconds(35))
        #expect(rig.minted == 1)
        #expect(rig.token() != nil)
    }
}
