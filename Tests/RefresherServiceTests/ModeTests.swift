import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("A worker's modes")
struct ModeTests {
    private func isWrite(_ request: LoggedRequest) -> Bool { request.method != "GET" }

    private static func election(_ name: String) -> RefresherConfiguration.Election {
        RefresherConfiguration.Election(
            lease: Kubernetes.ObjectKey(namespace: "default", name: "refresher"), identity: name)
    }

    @Test("a dry run reports each Secret once and writes nothing, to nobody")
    func dryRun() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace()
        let owners = try rig.addOwner("Task", "fix")
        try rig.addJob("fix", owners: owners, status: ["active": .number(1)])
        try rig.addSecret("fix-github-token", life: .seconds(60), owners: owners, isManaged: false)
        try rig.addSecret("due", life: .seconds(60))
        try rig.addSecret("fresh", life: .seconds(7200))
        try rig.addSecret("bad", life: nil, annotations: [RefreshAnnotation.permissions: "all"])
        try rig.start {
            $0.isDryRun = true
            $0.election = Self.election("a")
        }
        try rig.run(for: .seconds(3000))
        #expect(rig.sandbox.log.requests { isWrite($0) }.isEmpty)
        let reported = rig.notices.all.compactMap {
            switch $0 {
            case .wouldRefresh(let key): "refresh \(key.name)"
            case .wouldAdopt(let key, let source): "adopt \(key.name) \(source)"
            default: nil
            }
        }
        #expect(reported.sorted() == ["adopt fix-github-token github-app", "refresh due"])
        #expect(rig.notices.failures.first?.failure.cause == .invalidScope)
    }

    @Test("a single pass adopts, refreshes what is due, counts, and ends")
    func once() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace()
        let owners = try rig.addOwner("Task", "fix")
        try rig.addJob("fix", owners: owners, status: ["active": .number(1)])
        try rig.addSecret("fix-github-token", life: .seconds(3600), owners: owners, isManaged: false)
        let idle = try rig.addOwner("Task", "idle")
        try rig.addSecret("idle-github-token", life: .seconds(60), owners: idle)
        let ended = try rig.addOwner("Task", "ended", status: ["phase": "Failed"])
        try rig.addSecret("ended-github-token", life: .seconds(60), owners: ended)
        for number in 0..<300 { try rig.addSecret("due-\(number)", life: .seconds(60)) }
        try rig.addSecret("fresh", life: .seconds(3600))
        try rig.addSecret("bad", life: nil, annotations: [RefreshAnnotation.permissions: "all"])
        let outcome = try #require(try rig.runOnce())
        #expect(outcome.refreshed == 300)
        #expect(outcome.failed == 1)
        #expect(outcome.idle == 4)
        #expect(outcome.isComplete)
        #expect(rig.annotation(RefreshAnnotation.appSecret, of: "fix-github-token") == "github-app")
        #expect(rig.minted == 300)
        let mints = rig.sandbox.log
        #expect(mints.mostRequests(within: .seconds(60)) { $0.isMint } <= 180)
    }

    @Test("a single pass with nothing to do ends at once")
    func onceIdle() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: .seconds(3600))
        let outcome = try #require(try rig.runOnce())
        #expect(outcome.idle == 1 && outcome.refreshed == 0 && outcome.isComplete)
        #expect(rig.simulation.now < .seconds(1))
    }

    @Test("a single pass that cannot list says so, and does what it can")
    func onceHalf() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: nil)
        rig.forbid("/namespaces/kube-system/secrets")
        let outcome = try #require(try rig.runOnce { $0.namespaces = ["default", "kube-system"] })
        #expect(outcome.refreshed == 1)
        #expect(!outcome.isComplete)
    }

    @Test("a namespace that may not be read keeps no other from being served")
    func forbiddenNamespace() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: nil)
        rig.forbid("/namespaces/kube-system/secrets")
        let (_, refresher) = try rig.start { $0.namespaces = ["kube-system", "default", "default"] }
        try rig.run(for: .seconds(600))
        #expect(rig.minted == 1)
        #expect(!refresher.isSynced)
        #expect(rig.sandbox.log.requests { $0.path.contains("kube-system") }.count < 60)
    }

    @Test("of two, one works; the other takes over at once when the Lease is given back")
    func takesOver() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: .seconds(1800))
        let first = try rig.start("a") { $0.election = Self.election("a") }
        try rig.run(for: .seconds(5))
        let second = try rig.start("b") { $0.election = Self.election("b") }
        try rig.run(for: .seconds(600))
        #expect(first.refresher.isLeading && !second.refresher.isLeading && second.refresher.isSynced)
        first.replica.process.cancel()
        try rig.run(for: .seconds(4))
        #expect(!first.replica.process.isRunning)
        #expect(second.refresher.isLeading)
        #expect(rig.minted == 0)
        try rig.run(for: .seconds(900))
        #expect(rig.minted == 1)
        #expect(try #require(rig.lifeLeft()) > .seconds(1800))
    }

    @Test("a leader that was stopped before its write does not write when it goes on")
    func leadershipLost() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: nil)
        rig.delayMint(milliseconds: 3000)
        let first = try rig.start("a") { $0.election = Self.election("a") }
        try rig.run(for: .seconds(2))
        first.replica.process.freeze()
        try rig.start("b") { $0.election = Self.election("b") }
        try rig.run(for: .seconds(30))
        #expect(rig.token() != nil)
        let written = rig.sandbox.secret("token")
        first.replica.process.thaw()
        try rig.run(for: .seconds(60))
        #expect(rig.sandbox.secret("token") == written)
        #expect(Set(rig.tokenWrites.map(\.client)) == ["b"])
    }
}
