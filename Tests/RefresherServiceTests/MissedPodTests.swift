import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing

@Suite("Pods without the token's file")
struct MissedPodTests {
    private static let soon = Duration.seconds(11)
    private static let interval = Duration.seconds(300)

    @Test("are those on a node that the webhook would have wired; no others count")
    func judged() throws {
        let rig = try Rig()
        try rig.addPod("missed")
        try rig.addPod("starting") { $0.phase = "Pending" }
        try rig.addPod("opted-in") { $0.labels = ["kelos.dev/github-token": "enabled"] }
        try rig.addPod("both") { $0.labels.set("kelos.dev/github-token", "enabled") }
        try rig.addPod("wired") { $0.isWired = true }
        try rig.addPod("opted-out") { $0.labels.set("kelos.dev/github-token", "disabled") }
        try rig.addPod("plain") { $0.labels = ["app": "plain"] }
        try rig.addPod("waiting") { ($0.phase, $0.node) = ("Pending", nil) }
        try rig.addPod("finished") { $0.phase = "Succeeded" }
        try rig.addPod("broken") { $0.phase = "Failed" }
        try rig.addPod("system") { $0.namespace = "kube-system" }
        try rig.addPod("own") { $0.namespace = Rig.systemNamespace }
        try rig.start()
        try rig.run(for: Self.soon)
        #expect(rig.missedCounts == [4])
        #expect(rig.missedPods == ["both", "missed", "opted-in", "starting"])
        #expect(try rig.missedEvents() == ["Pod/both", "Pod/missed", "Pod/opted-in", "Pod/starting"])
    }

    @Test("are told of to the Task behind them, by an Event that says what to do")
    func event() throws {
        let rig = try Rig()
        let owners = try rig.addTaskWithJob("fix")
        try rig.addPod("fix-x7k2p") { $0.owners = owners }
        try rig.start()
        try rig.run(for: Self.soon)
        let event = try #require(try rig.sandbox.objects("/api/v1/namespaces/default/events").first)
        #expect(event["type"] == "Warning" && event["reason"] == "GitHubTokenNotInjected")
        #expect(event["count"]?.integer == 1)
        let task = rig.sandbox.kubernetes.object(.tasks, "default", "fix")
        #expect(
            event["involvedObject"] == [
                "apiVersion": "kelos.dev/v1alpha2", "kind": "Task", "namespace": "default", "name": "fix",
                "uid": .string(task?.uid ?? ""),
            ])
        #expect(
            event["message"]?.string
                == "Pod fix-x7k2p runs without the GitHub token's file, or without a part of what goes with it: the "
                + "webhook was not asked when it was created. That cannot be mended in a pod that exists; delete the pod "
                + "to have it made anew. Secret fix-token, containers kelos-agent")
    }

    @Test("are told of to whom they belong, as far as that can be found out")
    func owners() throws {
        let rig = try Rig()
        try rig.addStatefulSet("wp-pool", owners: try rig.addOwner("WorkerPool", "pool"), replicas: 1)
        let set = rig.sandbox.kubernetes.object(.statefulSets, "default", "wp-pool")
        try rig.addPod("wp-pool-0") { $0.owners = rig.owner("apps/v1", "StatefulSet", "wp-pool", uid: set?.uid) }
        // Of a Job that was made anew under the same name, and of one that is nobody's.
        _ = try rig.addTaskWithJob("again")
        try rig.addPod("again-1") { $0.owners = rig.owner("batch/v1", "Job", "again", uid: "of-before") }
        try rig.addPod("report-1") { $0.owners = rig.owner("batch/v1", "Job", "report", uid: "r") }
        try rig.addPod("web-1") { $0.owners = rig.owner("apps/v1", "ReplicaSet", "web", uid: "w") }
        try rig.addPod("direct") { $0.owners = rig.owner("kelos.dev/v1alpha1", "Session", "pairing", uid: "s") }
        try rig.addPod("alone")
        try rig.start()
        try rig.run(for: Self.soon)
        #expect(
            try rig.missedEvents() == [
                "Job/again", "Job/report", "Pod/alone", "ReplicaSet/web", "Session/pairing", "WorkerPool/pool",
            ])
    }

    @Test("are told of once, and forgotten when they are gone")
    func once() throws {
        let rig = try Rig()
        for name in ["a", "b"] { try rig.addPod(name) }
        try rig.start()
        try rig.run(for: .seconds(3600))
        #expect(rig.missedCounts == [2])
        #expect(try rig.missedEvents() == ["Pod/a", "Pod/b"])
        #expect(try rig.sandbox.objects("/api/v1/events").allSatisfy { $0["count"]?.integer == 1 })
        rig.deletePod("a")
        try rig.run(for: Self.interval)
        rig.patch("/api/v1/namespaces/default/pods/b/status", ["status": ["phase": "Succeeded"]])
        try rig.run(for: Self.interval)
        #expect(rig.missedCounts == [2, 1, 0])
        // Another pod of the same name.
        try rig.addPod("a")
        try rig.run(for: Self.interval)
        #expect(rig.missedCounts == [2, 1, 0, 1])
        #expect(rig.missedPods == ["a", "a", "b"])
    }

    @Test("are found on every page, and their owners told little by little")
    func pages() throws {
        let rig = try Rig()
        for number in 0..<230 { try rig.addPod("pod-\(number)") { $0.isWired = number % 10 == 0 } }
        try rig.start()
        try rig.run(for: .seconds(100))
        #expect(rig.missedCounts == [207])
        #expect(try rig.missedEvents().count == 100)
        try rig.run(for: Self.interval)
        #expect(try rig.missedEvents().count == 200)
        try rig.run(for: Self.interval)
        #expect(try rig.missedEvents().count == 207)
        #expect(Set(rig.missedPods).count == 207)
        // Five pages of the first selection, one of the other.
        let lists = rig.sandbox.log.requests { $0.path == "/api/v1/pods" }
        #expect(lists.count == 3 * 6)
        #expect(lists.allSatisfy { !$0.isWatch })
    }

    @Test("are found behind pods that are too large for one page")
    func large() throws {
        let rig = try Rig()
        for number in 0..<12 { try rig.addPod("a-\(number)") { ($0.isWired, $0.ballast) = (true, 1 << 20) } }
        try rig.addPod("z")
        try rig.start()
        try rig.run(for: Self.soon)
        #expect(rig.missedPods == ["z"])
        #expect(rig.podListFailures == 0)
    }

    @Test("stay what they were while the list fails")
    func forbidden() throws {
        let rig = try Rig()
        try rig.addPod("missed")
        try rig.start()
        try rig.run(for: Self.soon)
        rig.forbid("/api/v1/pods", count: 4)
        rig.deletePod("missed")
        try rig.run(for: Self.interval * 2)
        #expect(rig.missedCounts == [1])
        #expect(rig.podListFailures == 4)
        try rig.run(for: Self.interval)
        #expect(rig.missedCounts == [1, 0])
        #expect(rig.podListFailures == 4)
    }

    @Test("of one namespace are found when another may not be read")
    func namespaces() throws {
        let rig = try Rig()
        try rig.addPod("here")
        try rig.addPod("elsewhere") { $0.namespace = "kube-public" }
        rig.forbid("/namespaces/closed/pods")
        try rig.start { $0.namespaces = ["closed", "default"] }
        try rig.run(for: Self.soon)
        #expect(rig.missedPods == ["here"])
        #expect(rig.missedCounts == [1])
        #expect(rig.podListFailures == 2)
        #expect(rig.sandbox.log.requests { $0.path == "/api/v1/pods" }.isEmpty)
    }

    @Test("are counted by the leader alone, and a leader that comes back tells nothing again")
    func leaders() throws {
        let rig = try Rig()
        try rig.addPod("missed")
        func election(_ name: String) -> RefresherConfiguration.Election {
            RefresherConfiguration.Election(
                lease: Kubernetes.ObjectKey(namespace: "default", name: "refresher"), identity: name)
        }
        let first = try rig.start("a") { $0.election = election("a") }
        try rig.run(for: .seconds(5))
        let second = try rig.start("b") { $0.election = election("b") }
        try rig.run(for: .seconds(10))
        #expect(rig.missedCounts == [1])
        #expect(rig.sandbox.log.requests { $0.path == "/api/v1/pods" }.allSatisfy { $0.client == "a" })
        // It finds out that it does not lead, and takes over again when the other is gone.
        first.replica.process.freeze()
        try rig.run(for: .seconds(30))
        first.replica.process.thaw()
        try rig.run(for: .seconds(5))
        #expect(second.refresher.isLeading && !first.refresher.isLeading)
        #expect(rig.missedCounts == [1, 0])
        second.replica.process.cancel()
        try rig.run(for: .seconds(20))
        #expect(first.refresher.isLeading)
        #expect(rig.missedCounts.last == 1)
        #expect(rig.notices.count { $0 == .missed(pods: 0) } == 2)
        // Each of the two told of it once.
        #expect(try rig.missedEvents() == ["Pod/missed", "Pod/missed"])
    }

    @Test("are counted in a dry run, and told to the log alone")
    func dryRun() throws {
        let rig = try Rig()
        try rig.addPod("missed")
        try rig.start { $0.isDryRun = true }
        try rig.run(for: Self.interval * 2)
        #expect(rig.missedCounts == [1])
        #expect(rig.missedPods == ["missed"])
        #expect(try rig.missedEvents() == [])
        #expect(rig.sandbox.log.requests { $0.method != "GET" }.isEmpty)
    }

    @Test("are no business of a single pass")
    func singlePass() throws {
        let rig = try Rig()
        try rig.addPod("missed")
        _ = try rig.runOnce()
        #expect(rig.sandbox.log.requests { $0.path.hasSuffix("/pods") }.isEmpty)
    }
}
