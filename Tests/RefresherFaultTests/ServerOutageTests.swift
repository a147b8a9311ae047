import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("Outages of the Kubernetes API and of the worker's rights (rows 56 and 57)", .onSimulationThread)
struct ServerOutageTests {
    enum Outage: String, CaseIterable {
        case tooManyRequests, unavailable, internalError, refused, silent

        func begin(_ stage: Stage, _ worker: SimulatedWorker) {
            switch self {
            case .tooManyRequests, .unavailable:
                stage.sandbox.spoilKubernetes {
                    $0.status = self == .unavailable ? 503 : 429
                    $0.fields = [("retry-after", "5")]
                }
                stage.sandbox.kubernetes.disturb(.abort)
            case .internalError:
                stage.sandbox.spoilKubernetes { $0.status = 500 }
                stage.sandbox.kubernetes.disturb(.abort)
            case .refused:
                worker.replica.kubernetesLink.condition = .refused
                worker.replica.kubernetesLink.reset()
            case .silent: worker.replica.kubernetesLink.condition = .silent
            }
        }

        func end(_ stage: Stage, _ worker: SimulatedWorker) {
            stage.sandbox.mendKubernetes()
            worker.replica.kubernetesLink.condition = .up
        }
    }

    @Test("row 56: after ten minutes without the API a token is still replaced in time", arguments: Outage.allCases)
    func outageBefore(outage: Outage) throws {
        let stage = try Stage(seed: 56)
        try stage.addSecret("a", lifeLeft: .seconds(1000))
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(60))
        let start = stage.simulation.now
        outage.begin(stage, worker)
        try stage.run(for: .seconds(600))
        let sent = stage.sandbox.log.requests(in: start..<stage.simulation.now) {
            $0.host != SimulatedSandbox.gitHubHost
        }
        #expect(sent.count <= 150)
        outage.end(stage, worker)
        try stage.addSecret("new")
        try stage.run(atMost: .seconds(65), until: { stage.token("new") != nil })
        try stage.run(for: .seconds(600))
        #expect(try #require(stage.sandbox.audit.leastLife(of: "default/a")) >= .seconds(295))
        try stage.finish()
    }

    @Test(
        "row 56: a token that was due meanwhile costs one mint, and is written within a minute",
        arguments: Outage.allCases)
    func outageWithin(outage: Outage) throws {
        let stage = try Stage(seed: 56)
        try stage.addSecret("a", lifeLeft: .seconds(900))
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(400))
        let start = stage.simulation.now
        outage.begin(stage, worker)
        try stage.run(for: .seconds(460))
        let sent = stage.sandbox.log.requests(in: start..<stage.simulation.now) {
            $0.host != SimulatedSandbox.gitHubHost
        }
        #expect(sent.count <= 460 / 4)
        outage.end(stage, worker)
        try stage.run(atMost: .seconds(39), until: { stage.writes("a").count == 1 })
        #expect(stage.mintRequests().count <= 1)
        #expect(try #require(stage.writes("a").first?.lifeLeft) > .zero)
        try stage.finish()
    }

    @Test("row 56: an API that fails only when it is written to costs one mint, not one for each try")
    func writesFail() throws {
        let stage = try Stage(seed: 56)
        try stage.addSecret("a", lifeLeft: .seconds(320))
        stage.sandbox.spoilKubernetes { ($0.method, $0.status) = ("PATCH", 500) }
        try stage.startWorker()
        try stage.run(for: .seconds(250))
        #expect(stage.secretPatches().count <= 10)
        stage.sandbox.mendKubernetes()
        try stage.run(for: .seconds(35))
        #expect(stage.writes("a").count == 1)
        #expect(stage.mintRequests().count == 1)
        try stage.finish()
    }

    @Test("row 56: a patch whose answer is lost is found to be done, and is no second token")
    func lostAnswer() throws {
        let stage = try Stage(seed: 56)
        try stage.addSecret("a", lifeLeft: .seconds(280))
        stage.sandbox.spoilKubernetes(count: 1) {
            ($0.method, $0.path, $0.ending, $0.performs) = ("PATCH", "/a", .abort, true)
        }
        try stage.startWorker()
        try stage.run(for: .seconds(120))
        #expect(stage.writes("a").count == 1)
        #expect(stage.mintRequests().count == 1)
        try stage.finish()
    }

    @Test("row 57: a token of the service account that is replaced costs one refused request")
    func tokenRotation() throws {
        let stage = try Stage(seed: 57) { $0.kubernetes.token = "first" }
        try stage.addSecret("a", lifeLeft: .seconds(400))
        let file = TokenFile("first")
        try stage.startWorker(tokenFile: file)
        try stage.run(for: .seconds(20))
        stage.sandbox.kubernetes.replaceToken("second")
        file.replace(by: "second")
        try stage.run(for: .seconds(500))
        #expect(stage.writes("a").count == 1)
        let refused = stage.sandbox.log.requests { $0.status == 401 && $0.host == SimulatedSandbox.kubernetesHost }
        #expect(refused.count <= 1)
        try stage.finish()
    }

    @Test("row 57: a token file that comes late is waited for, not hammered about")
    func lateToken() throws {
        let stage = try Stage(seed: 57) { $0.kubernetes.token = "first" }
        try stage.addSecret("a", lifeLeft: .seconds(400))
        let file = TokenFile("first")
        try stage.startWorker(tokenFile: file)
        try stage.run(for: .seconds(20))
        stage.sandbox.kubernetes.replaceToken("second")
        stage.sandbox.kubernetes.disturb(.abort)
        let start = stage.simulation.now
        try stage.run(for: .seconds(300))
        #expect(stage.sandbox.log.requests(in: start..<stage.simulation.now).count <= 300 / 4)
        file.replace(by: "second")
        try stage.run(atMost: .seconds(60), until: { stage.writes("a").count == 1 })
        try stage.finish()
    }
}
