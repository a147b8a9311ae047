import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing

@Suite("Faults of watches (rows 53, 54 and 59)", .onSimulationThread)
struct WatchFaultTests {
    /// A worker that has been watching for a minute.
    private func watching(
        _ change: (inout SimulatedSandbox.Settings) -> Void = { _ in }
    ) throws -> (stage: Stage, worker: SimulatedWorker) {
        let stage = try Stage(seed: 53, installations: 1, change)
        try stage.addSecret("old", lifeLeft: .seconds(3000))
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(100))
        #expect(worker.refresher.isSynced)
        #expect(lists(stage) == 1)
        return (stage, worker)
    }

    private func lists(_ stage: Stage) -> Int {
        stage.sandbox.log.requests { $0.method == "GET" && $0.path == "/api/v1/secrets" && !$0.isWatch }.count
    }

    @Test("row 53: after 410 all is listed again within two seconds, and a Secret that came meanwhile gets its token")
    func expired() throws {
        for isEvent in [true, false] {
            let (stage, _) = try watching()
            if !isEvent {
                stage.sandbox.spoilKubernetes(count: 1) { ($0.isWatch, $0.status, $0.reason) = (true, 410, "Gone") }
            }
            stage.sandbox.kubernetes.disturb(isEvent ? .expire : .finish)
            try stage.addSecret("new")
            try stage.run(atMost: .seconds(2), until: { lists(stage) == 2 })
            try stage.run(atMost: .seconds(2), until: { stage.token("new") != nil })
            try stage.finish()
        }
    }

    @Test("row 53: what is forgotten by the server while nobody watches is listed again")
    func compacted() throws {
        let (stage, worker) = try watching()
        worker.replica.kubernetesLink.condition = .refused
        worker.replica.kubernetesLink.reset()
        try stage.run(for: .seconds(600))
        stage.delete(Stage.path("secrets", "old"))
        try stage.addSecret("new")
        stage.sandbox.kubernetes.disturb(.compact)
        worker.replica.kubernetesLink.condition = .up
        try stage.run(atMost: .seconds(65), until: { stage.token("new") != nil })
        let start = stage.simulation.now
        try stage.run(for: .seconds(3600))
        #expect(stage.sandbox.log.requests(in: start..<stage.simulation.now) { $0.path.hasSuffix("/old") }.isEmpty)
        try stage.finish()
    }

    @Test("row 54: a watch that breaks goes on from its last bookmark, though history ends soon before it")
    func bookmarks() throws {
        let (stage, _) = try watching { $0.kubernetes.history = 20 }
        for number in 0..<100 {
            try stage.sandbox.kubernetes.add([
                "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string("p\(number)")],
            ])
        }
        try stage.run(for: .seconds(65))
        for disturbance in [WatchDisturbance.abort, .halfLine, .finish] {
            stage.sandbox.kubernetes.disturb(disturbance)
            try stage.addSecret("new-\(disturbance)".lowercased())
            try stage.run(atMost: .seconds(10), until: { stage.token("new-\(disturbance)".lowercased()) != nil })
            try stage.run(for: .seconds(130))
        }
        #expect(lists(stage) == 1)
        try stage.finish()
    }

    @Test("row 54: a watch that is silent is noticed within 66 seconds, not after half an hour")
    func stalled() throws {
        let (stage, _) = try watching()
        stage.sandbox.kubernetes.disturb(.stall)
        try stage.addSecret("new")
        try stage.run(atMost: .seconds(66), until: { stage.token("new") != nil })
        #expect(lists(stage) == 1)
        try stage.finish()
    }

    @Test("row 59: 5,000 Secrets are listed by pages of 500, as metadata, and none is asked for alone")
    func pages() throws {
        let stage = try Stage(seed: 59)
        for number in 0..<5000 { try stage.addSecret("s\(number)", lifeLeft: .seconds(3000)) }
        let worker = try stage.startWorker()
        try stage.run(atMost: .seconds(5), until: { worker.refresher.isSynced })
        try stage.run(for: .seconds(60))
        #expect(lists(stage) == 11)
        #expect(stage.sandbox.log.requests { $0.path.contains("/secrets/") }.isEmpty)
        #expect(stage.mintRequests().isEmpty)
        try stage.finish()
    }
}
