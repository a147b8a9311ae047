import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("A worker")
struct RefreshTests {
    @Test("replaces a token before its margin begins, and once only")
    func refreshes() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: .seconds(1800))
        let (_, refresher) = try rig.start()
        try rig.run(for: .seconds(1200))
        #expect(refresher.isSynced && refresher.isLeading)
        #expect(rig.token() == "first")
        try rig.run(for: .seconds(305))
        #expect(rig.minted == 1)
        #expect(
            rig.notices.has {
                if case .refreshed(_, _, let life?) = $0 {
                    (.seconds(300)...(.seconds(425))).contains(life)
                } else {
                    false
                }
            })
        #expect(rig.token()?.hasPrefix("ghs_") == true)
        #expect(rig.annotation(RefreshAnnotation.apiURL) == "https://api.github.com")
        try rig.run(for: .seconds(1800))
        #expect(rig.minted == 1)
        try rig.run(for: .seconds(86_400))
        #expect((24...29).contains(rig.minted))
        #expect(try #require(rig.lifeLeft()) >= .seconds(300))
    }

    @Test("mints at once for a Secret without a token, and tells so by an Event")
    func bootstraps() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: nil)
        try rig.start()
        try rig.run(for: .seconds(5))
        #expect(rig.minted == 1)
        #expect(rig.token() != nil)
        #expect(try rig.events() == ["GitHubTokenRefreshed about Secret"])
        #expect(
            rig.notices.has {
                if case .refreshed(let key, _, let life) = $0 { key.name == "token" && life == nil } else { false }
            })
    }

    @Test(
        "mints at once for an expiry that cannot be read, and for one without a token behind it",
        arguments: [true, false])
    func bootstrapsBroken(tellsManagers: Bool) throws {
        let rig = try Rig { $0.kubernetes.tellsManagers = tellsManagers }
        try rig.addSource()
        try rig.addSecret("a", life: nil, annotations: [RefreshAnnotation.expiresAt: "soon"])
        try rig.addSecret("b", life: nil, annotations: [RefreshAnnotation.expiresAt: "2099-01-01T00:00:00Z"])
        try rig.start()
        try rig.run(for: .seconds(5))
        #expect(rig.token("a") != nil)
        #expect(rig.token("b") != nil)
        // Where metadata tells, no Secret but the App's is read as a whole.
        let reads = rig.sandbox.log.requests { $0.method == "GET" && $0.path.hasSuffix("/secrets/b") }
        #expect(reads.count == (tellsManagers ? 0 : 1))
    }

    @Test("notices that a token was taken out of its Secret", arguments: [true, false])
    func takenOut(tellsManagers: Bool) throws {
        let rig = try Rig { $0.kubernetes.tellsManagers = tellsManagers }
        try rig.addSource()
        try rig.addSecret(life: .seconds(3600))
        try rig.start()
        try rig.run(for: .seconds(10))
        rig.patchSecret("token", ["data": ["GITHUB_TOKEN": .null]])
        try rig.run(for: .seconds(10))
        #expect(rig.minted == 1)
        #expect(rig.token()?.hasPrefix("ghs_") == true)
    }

    @Test("takes up a Secret that appears, and lets go of one that goes or is annotated no more")
    func comesAndGoes() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.start()
        try rig.run(for: .seconds(10))
        try rig.addSecret("a", life: nil)
        try rig.addSecret("b", life: nil)
        try rig.run(for: .seconds(10))
        #expect(rig.token("a") != nil && rig.token("b") != nil)
        rig.patchSecret("a", ["metadata": ["annotations": [RefreshAnnotation.appSecret: .null]]])
        rig.delete("/api/v1/namespaces/default/secrets/b")
        try rig.run(for: .seconds(7200))
        #expect(rig.minted == 2)
        #expect(Set(rig.notices.releases) == [.unannotated, .deleted])
    }

    @Test("narrows a token as the annotations say")
    func narrows() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret("a", life: nil, annotations: [RefreshAnnotation.repositories: "hello"])
        try rig.addSecret("b", life: nil, annotations: [RefreshAnnotation.repositories: "no/such/name"])
        try rig.start()
        try rig.run(for: .seconds(5))
        #expect(rig.token("a") != nil)
        #expect(rig.token("b") == nil)
        #expect(rig.notices.failures.map(\.failure.cause) == [.invalidScope])
        #expect(rig.notices.failures.map(\.isLatched) == [true])
    }
}
