import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("Owners and Workspaces that change", .onSimulationThread)
struct OwnerTests {
    private func stage(active: Int = 1, lifeLeft: Duration = .seconds(1000), repository: String? = nil) throws -> Stage
    {
        let stage = try Stage(seed: 80)
        try stage.addWorkspace(repository: repository ?? "https://github.com/octo-org/hello")
        try stage.addTask("a", lifeLeft: lifeLeft, active: active)
        return stage
    }

    private static let secret = "a-github-token"
    private static let job = "/apis/batch/v1/namespaces/default/jobs/a/status"

    @Test("a Workspace that is deleted after the first refresh does no harm, since the Secret knows the API")
    func workspaceDeleted() throws {
        let stage = try stage()
        try stage.startWorker()
        try stage.run(for: .seconds(1200))
        #expect(stage.annotations(Self.secret)[RefreshAnnotation.apiURL] == "https://api.github.com")
        stage.delete(Stage.path("workspaces", "workspace"))
        try stage.run(for: .seconds(4 * 3600))
        #expect(stage.writes(Self.secret).count == 5)
        try stage.finish()
    }

    @Test("a Workspace that is gone before the first refresh is told of; nobody guesses github.com")
    func workspaceMissing() throws {
        let stage = try stage()
        stage.delete(Stage.path("workspaces", "workspace"))
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(1000))
        #expect(stage.mintRequests().isEmpty)
        let failures = worker.notices.failures(Self.secret)
        #expect(!failures.isEmpty && failures.allSatisfy { $0.failure.cause == .workspaceUnreadable })
        // Two owners are told: the Task and the Secret.
        #expect((1...4).contains(try stage.events(.refreshFailed).count))
        try stage.addWorkspace()
        try stage.run(atMost: .seconds(31), until: { !stage.writes(Self.secret).isEmpty })
        try stage.finish()
    }

    @Test("an untrusted host never sees a JWT, and the message names the flag")
    func untrustedHost() throws {
        let stage = try stage(repository: "https://git.evil.test/octo-org/hello")
        try stage.addSecret(
            "b", lifeLeft: .seconds(200), annotations: [RefreshAnnotation.apiURL: "https://git.evil.test/api/v3"])
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(7200))
        // Nothing but the time was asked of GitHub itself.
        #expect(stage.mintRequests().isEmpty)
        #expect(stage.sandbox.log.requests { $0.host.hasSuffix("evil.test") }.isEmpty)
        for name in [Self.secret, "b"] {
            let failures = worker.notices.failures(name)
            #expect((20...25).contains(failures.count))
            #expect(failures.allSatisfy { $0.failure.cause == .untrustedHost && $0.isLatched })
            #expect(failures.first?.failure.message.contains("--allow-github-host=git.evil.test") == true)
        }
        // Whoever mends the annotation waits for nothing.
        stage.patch(
            Stage.path("secrets", "b"),
            ["metadata": ["annotations": [RefreshAnnotation.apiURL: "https://api.github.com"]]])
        try stage.run(atMost: .seconds(3), until: { !stage.writes("b").isEmpty })
        try stage.finish()
    }

    @Test("a finished Task is left alone, and one that has not started is looked at again every half minute")
    func activity() throws {
        let stage = try stage(active: 0)
        try stage.startWorker()
        try stage.run(for: .seconds(1000))
        #expect(stage.mintRequests().isEmpty)
        let looks = stage.sandbox.log.requests { $0.path.hasSuffix("/jobs/a") }.count
        #expect((9...16).contains(looks), "\(looks)")
        stage.patch(Self.job, ["status": ["active": .number(1)]])
        try stage.run(atMost: .seconds(31), until: { stage.writes(Self.secret).count == 1 })
        stage.patch(
            Self.job,
            ["status": ["active": .number(0), "conditions": [["type": "Complete", "status": "True"]]]])
        try stage.run(for: .seconds(3 * 3600))
        #expect(stage.writes(Self.secret).count == 1)
        try stage.finish()
    }

    @Test("an owner that cannot be read is no owner that has ended")
    func unreadableOwner() throws {
        let stage = try stage()
        stage.sandbox.spoilKubernetes(count: 8) { ($0.method, $0.path, $0.status) = ("GET", "/tasks/", 500) }
        try stage.startWorker()
        try stage.run(for: .seconds(1000))
        #expect(stage.writes(Self.secret).count == 1)
        #expect(try #require(stage.writes(Self.secret).first?.lifeLeft) > .seconds(30))
        try stage.finish()
    }
}
