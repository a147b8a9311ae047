import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("Faults of writes (rows 55 and 58)", .onSimulationThread)
struct WriteFaultTests {
    @Test("row 55: three conflicts cost three more patches and no second token")
    func conflicts() throws {
        let stage = try Stage(seed: 55)
        try stage.addSecret("a", lifeLeft: .seconds(200))
        stage.sandbox.spoilKubernetes(count: 3) {
            ($0.method, $0.path, $0.status, $0.reason) = ("PATCH", "/a", 409, "Conflict")
        }
        try stage.startWorker()
        try stage.run(for: .seconds(10))
        #expect(stage.secretPatches().map(\.status) == [409, 409, 409, 200])
        #expect(stage.mintRequests().count == 1)
        #expect(stage.writes("a").count == 1)
        try stage.finish()
    }

    @Test("row 55: with conflicts that never end, five tries at a time, one token in all, and it is written in the end")
    func endlessConflicts() throws {
        let stage = try Stage(seed: 55)
        // Due, and not yet in its margin.
        try stage.addSecret("a", lifeLeft: .seconds(330))
        stage.sandbox.spoilKubernetes { ($0.method, $0.path, $0.status, $0.reason) = ("PATCH", "/a", 409, "Conflict") }
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(100))
        // At once, and after 30, 60 and 90 seconds.
        #expect(stage.secretPatches().count == 20)
        #expect(
            stage.sandbox.log.mostRequests(within: .seconds(25)) { $0.method == "PATCH" && $0.path.hasSuffix("/a") }
                == 5)
        #expect(worker.notices.failures("a").count == 4)
        stage.sandbox.mendKubernetes()
        try stage.run(for: .seconds(31))
        #expect(stage.writes("a").count == 1)
        #expect(stage.mintRequests().count == 1)
        try stage.finish()
    }

    @Test("row 55: whoever else writes the Secret meanwhile loses nothing", arguments: UInt64(1)...20)
    func otherFields(seed: UInt64) throws {
        let stage = try Stage(seed: seed)
        try stage.addSecret("a", lifeLeft: .seconds(200))
        let worker = try stage.startWorker()
        worker.replica.kubernetesLink.latency = .milliseconds(20)...Duration.milliseconds(60)
        var written = 0
        while written < 100 {
            written += 1
            let patched = stage.patch(
                Stage.path("secrets", "a"),
                ["metadata": ["annotations": ["other": .string("\(written)")]], "data": ["OTHER": "eA=="]])
            #expect(patched == 200)
            try stage.run(for: .milliseconds(45))
        }
        #expect(stage.annotations("a")["other"] == "100")
        try stage.run(for: .seconds(60))
        #expect(stage.writes("a").count == 1)
        #expect(stage.mintRequests().count == 1)
        try stage.finish()
    }

    @Test("row 58: a namespace that may not be read holds up no other one, and is asked slowly")
    func forbiddenNamespace() throws {
        let stage = try Stage(seed: 58)
        for namespace in ["open", "closed"] {
            try stage.addSource(in: namespace)
            try stage.addSecret("a", lifeLeft: .seconds(900), in: namespace)
        }
        stage.sandbox.spoilKubernetes { ($0.path, $0.status, $0.reason) = ("/namespaces/closed/", 403, "Forbidden") }
        try stage.startWorker { $0.namespaces = ["open", "closed"] }
        try stage.run(for: .seconds(3600))
        #expect(stage.sandbox.audit.writes(of: "open/a").count == 1)
        #expect(stage.sandbox.audit.writes(of: "closed/a").isEmpty)
        // 30 to 60 seconds apart once it is clear that it lasts.
        #expect(stage.sandbox.log.requests { $0.path.contains("/closed/") }.count <= 3600 / 30 + 6)
        stage.sandbox.mendKubernetes()
        try stage.run(atMost: .seconds(70), until: { !stage.sandbox.audit.writes(of: "closed/a").isEmpty })
        try stage.finish()
    }

    @Test("row 58: a Secret that is deleted is forgotten, and one made anew under its name is cared for")
    func recreated() throws {
        let stage = try Stage(seed: 58)
        try stage.addSecret("a", lifeLeft: .seconds(900))
        try stage.startWorker()
        try stage.run(for: .seconds(60))
        stage.delete(Stage.path("secrets", "a"))
        try stage.run(for: .seconds(3600))
        #expect(stage.mintRequests().isEmpty)
        try stage.addSecret("a")
        try stage.run(atMost: .seconds(3), until: { stage.token("a") != nil })
        try stage.finish()
    }

    @Test("row 58: a Secret that is deleted while its token is made stays deleted")
    func deletedMeanwhile() throws {
        let stage = try Stage(seed: 58)
        try stage.addSecret("a", lifeLeft: .seconds(200))
        stage.sandbox.spoilGitHub(count: 1) { ($0.path, $0.delayMilliseconds) = ("/access_tokens", 5000) }
        try stage.startWorker()
        try stage.run(for: .seconds(2))
        stage.delete(Stage.path("secrets", "a"))
        try stage.run(for: .seconds(3600))
        #expect(stage.sandbox.secret("a") == nil)
        #expect(stage.mintRequests().count == 1)
        try stage.finish()
    }

    @Test(
        "row 58: a Secret that takes no new token is tried every five minutes and told of once",
        arguments: [true, false])
    func refused(isImmutable: Bool) throws {
        let stage = try Stage(seed: 58)
        try stage.addSecret("a", lifeLeft: .seconds(300)) { secret in
            if isImmutable {
                secret.set("immutable", .bool(true))
            } else {
                // So large that the longer token does not fit any more.
                let rest = 1024 * 1024 - 100
                secret.set(path: ["stringData", "LARGE"], .string(String(repeating: "x", count: rest)))
            }
        }
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(1750))
        #expect(stage.secretPatches().map(\.status) == Array(repeating: 422, count: 6))
        #expect(stage.mintRequests().count == 6)
        #expect(worker.notices.failures("a").allSatisfy { $0.failure.cause == .secretRefused && $0.isLatched })
        #expect(try stage.events(.refreshFailed).count == 1)
        try stage.finish()
    }
}
