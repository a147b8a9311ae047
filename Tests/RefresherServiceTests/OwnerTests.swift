import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("A token is refreshed only while somebody uses it")
struct OwnerTests {
    @Test("the Secret of a finished Job is let go of", arguments: [Rig.finishedJob, ["phase": "Failed"]])
    func finished(_ status: ManifestValue) throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace()
        let owners = try rig.addOwner("Task", "fix", status: status)
        try rig.addJob("fix", owners: owners, status: status)
        try rig.addSecret("fix-github-token", life: .seconds(60), owners: owners)
        try rig.start()
        try rig.run(for: .seconds(3600))
        #expect(rig.minted == 0)
        #expect(rig.notices.releases == [.ownerOver])
        #expect(rig.sandbox.log.requests { $0.path.hasSuffix("/jobs/fix") }.count <= 1)
    }

    @Test("a Job that has not begun is looked at again, and served as soon as it runs")
    func begins() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace()
        let owners = try rig.addOwner("Task", "fix", status: ["phase": "Pending"])
        try rig.addSecret("fix-github-token", life: nil, owners: owners)
        try rig.start()
        try rig.run(for: .seconds(100))
        #expect(rig.minted == 0)
        try rig.addJob("fix", owners: owners, status: ["active": .number(1)])
        try rig.run(for: .seconds(31))
        #expect(rig.minted == 1)
    }

    @Test("a WorkerPool scaled to zero rests until it is scaled up", arguments: ["WorkerPool", "Session"])
    func scaledToZero(_ kind: String) throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace()
        let name = String(repeating: "n", count: 70)
        // A Session's StatefulSet is found by its owner where its name cannot be known.
        let workload = kind == "Session" ? "short" : String(("wp-" + name).prefix(63))
        let owners = try rig.addOwner(kind, name)
        try rig.add([
            "apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": [
                "name": .string(workload), "ownerReferences": owners, "labels": ["kelos.dev/component": "session"],
            ], "spec": ["replicas": .number(0)],
        ])
        try rig.addSecret(life: .seconds(60), owners: owners)
        try rig.start()
        try rig.run(for: .seconds(600))
        #expect(rig.minted == 0)
        rig.patch("/apis/apps/v1/namespaces/default/statefulsets/\(workload)", ["spec": ["replicas": .number(1)]])
        try rig.run(for: .seconds(31))
        #expect(rig.minted == 1)
    }

    @Test("a workload that belongs to somebody else counts for nothing")
    func foreignWorkload() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace()
        let owners = try rig.addOwner("Task", "fix")
        let others = try rig.addOwner("Task", "other")
        try rig.addJob("fix", owners: others, status: ["active": .number(1)])
        try rig.addSecret(life: nil, owners: owners)
        try rig.start()
        try rig.run(for: .seconds(120))
        #expect(rig.minted == 0)
    }

    @Test("the Secret of an owner that is gone, or was made anew, is let go of")
    func ownerGone() throws {
        let rig = try Rig()
        try rig.addSource()
        var owners = try rig.addOwner("Task", "fix")
        try rig.addJob("fix", owners: owners, status: ["active": .number(1)])
        owners = .array(
            (owners.elements ?? []).map { owner in
                var owner = owner
                owner.set("uid", "00000000-0000-4000-8000-000000000000")
                return owner
            })
        try rig.addSecret(life: nil, owners: owners)
        try rig.start()
        try rig.run(for: .seconds(120))
        #expect(rig.minted == 0)
        #expect(rig.notices.releases == [.ownerOver])
    }

    @Test("a version of Kelos's API that is served no more is no end of its Tasks")
    func unservedVersion() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addWorkspace()
        let owners = try rig.addOwner("Task", "fix")
        try rig.addJob("fix", owners: owners, status: ["active": .number(1)])
        try rig.addSecret("fix-github-token", life: .seconds(200), owners: owners)
        rig.sandbox.spoilKubernetes {
            ($0.path, $0.status, $0.contentType) = ("/apis/kelos.dev/v1alpha2/", 404, "text/plain")
            $0.body = "404 page not found\n"
        }
        try rig.start()
        try rig.run(for: .seconds(60))
        #expect(rig.minted == 1)
        #expect(rig.notices.releases.isEmpty)
    }
}
