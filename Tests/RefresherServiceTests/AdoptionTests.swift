import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("Adoption")
struct AdoptionTests {
    @Test(
        "takes the token of an older Kelos into care, and keeps it fresh from then on",
        arguments: [("Task", "v1alpha1"), ("Task", "v1alpha2"), ("WorkerPool", "v1alpha2"), ("Session", "v1alpha2")],
        // The watch may show the annotations before the patch is answered, or after it.
        [1, 2] as [UInt64])
    func adopts(_ owner: (kind: String, version: String), seed: UInt64) throws {
        let (kind, version) = owner
        let rig = try Rig(seed: seed)
        try rig.addSource()
        try rig.addWorkspace()
        let owners = try rig.addOwner(kind, "fix", version: version)
        switch kind {
        case "Task": try rig.addJob("fix", owners: owners, status: ["active": .number(1)])
        case "WorkerPool": try rig.addStatefulSet("wp-fix", owners: owners, replicas: 2)
        default: try rig.addStatefulSet("fix", owners: owners, replicas: 1)
        }
        let name = kind == "Session" ? "fix-session-github-token" : "fix-github-token"
        try rig.addSecret(name, life: .seconds(3600), owners: owners, isManaged: false)
        try rig.start()
        try rig.run(for: .seconds(10))
        #expect(rig.annotation(RefreshAnnotation.appSecret, of: name) == "github-app")
        #expect(rig.annotation(RefreshAnnotation.expiresAt, of: name) == "2026-11-23T13:00:00Z")
        #expect(rig.token(name) == "first")
        #expect(
            rig.notices.all.contains(.adopted(ObjectKey(namespace: "default", name: name), source: "github-app")))
        try rig.run(for: .seconds(3600 - 300))
        #expect(rig.minted == 1)
        #expect(rig.token(name)?.hasPrefix("ghs_") == true)
        #expect(
            try rig.events() == ["GitHubTokenRefreshed about Secret", "GitHubTokenRefreshed about \(kind)"].sorted())
    }

    @Test("never touches a PAT, a Secret of somebody else, or the token of a Task that has ended")
    func leavesAlone() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.add([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "pat"], "stringData": ["GITHUB_TOKEN": "mine"],
        ])
        try rig.addWorkspace(secret: "pat")
        let owners = try rig.addOwner("Task", "fix")
        let ended = try rig.addOwner("Task", "old", status: ["phase": "Succeeded"])
        try rig.addSecret("fix-github-token", life: .seconds(60), owners: owners, isManaged: false)
        try rig.addSecret("old-github-token", life: .seconds(60), owners: ended, isManaged: false)
        try rig.addSecret("free-github-token", life: .seconds(60), isManaged: false)
        let names = ["pat", "fix-github-token", "old-github-token", "free-github-token", "github-app"]
        let before = names.map { rig.sandbox.secret($0) }
        try rig.start()
        try rig.run(for: .seconds(7200))
        #expect(names.map { rig.sandbox.secret($0) } == before)
        #expect(rig.minted == 0)
        // Every five minutes, and not more often.
        let reads = rig.sandbox.log.requests { $0.method == "GET" && $0.path.hasSuffix("/tasks/fix") }.count
        #expect((20...30).contains(reads))
    }

    @Test("lets go of a token whose Task says that it has ended", arguments: ["Succeeded", "Failed", "Cancelled"])
    func ended(_ phase: String) throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace()
        let owners = try rig.addOwner("Task", "old", status: ["phase": .string(phase)])
        try rig.addSecret("old-github-token", life: .seconds(60), owners: owners)
        try rig.start()
        try rig.run(for: .seconds(600))
        let key = ObjectKey(namespace: "default", name: "old-github-token")
        #expect(rig.notices.all.contains(.released(key, reason: .ownerOver)))
        #expect(rig.minted == 0)
    }

    @Test("notices within moments an App's Secret that comes later")
    func sourceComesLater() throws {
        let rig = try Rig()
        try rig.addWorkspace()
        let owners = try rig.addOwner("WorkerPool", "pool")
        try rig.addStatefulSet("wp-pool", owners: owners, replicas: 1)
        try rig.addSecret("pool-github-token", life: .seconds(3600), owners: owners, isManaged: false)
        try rig.start()
        try rig.run(for: .seconds(20))
        #expect(rig.annotation(RefreshAnnotation.appSecret, of: "pool-github-token") == nil)
        try rig.addSource()
        try rig.run(for: .seconds(5))
        #expect(rig.annotation(RefreshAnnotation.appSecret, of: "pool-github-token") == "github-app")
    }

    @Test("notices within five minutes a Workspace that comes later")
    func workspaceComesLater() throws {
        let rig = try Rig()
        try rig.addSource()
        let owners = try rig.addOwner("Task", "fix")
        try rig.addSecret("fix-github-token", life: .seconds(3600), owners: owners, isManaged: false)
        try rig.start()
        try rig.run(for: .seconds(20))
        try rig.addWorkspace()
        try rig.run(for: .seconds(300))
        #expect(rig.annotation(RefreshAnnotation.appSecret, of: "fix-github-token") == "github-app")
    }

    @Test("judges nobody anew because the Secrets are listed anew")
    func relist() throws {
        let rig = try Rig()
        try rig.addSource()
        let owners = try rig.addOwner("Task", "fix")
        try rig.addSecret("fix-github-token", life: .seconds(3600), owners: owners, isManaged: false)
        try rig.start()
        try rig.run(for: .seconds(20))
        for _ in 0..<5 {
            rig.sandbox.kubernetes.disturb(.expire)
            try rig.run(for: .seconds(20))
        }
        let lists = rig.sandbox.log.requests { $0.path == "/api/v1/secrets" && !$0.isWatch }.count
        let reads = rig.sandbox.log.requests { $0.path.hasSuffix("/tasks/fix") }.count
        #expect(lists >= 4)
        #expect(reads == 1)
    }

    @Test("reads the Workspace where older Tasks name it")
    func legacyTask() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace()
        try rig.add([
            "apiVersion": "kelos.dev/v1alpha1", "kind": "Task", "metadata": ["name": "fix"],
            "spec": ["workspaceRef": ["name": "workspace"]],
        ])
        let uid = rig.sandbox.kubernetes.object(.tasks, "default", "fix")?.uid ?? ""
        try rig.addSecret(
            "fix-github-token", life: .seconds(3600),
            owners: [
                [
                    "apiVersion": "kelos.dev/v1alpha1", "kind": "Task", "name": "fix", "uid": .string(uid),
                    "controller": .bool(true),
                ]
            ], isManaged: false)
        try rig.start()
        try rig.run(for: .seconds(5))
        #expect(rig.annotation(RefreshAnnotation.appSecret, of: "fix-github-token") == "github-app")
    }
}
