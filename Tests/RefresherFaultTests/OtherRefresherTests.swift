import RefresherService
import RefresherSimulation
import Testing
import TokenRefresh

@Suite("Another refresher on the same Secrets", .onSimulationThread)
struct OtherRefresherTests {
    private static let names = (0..<4).map { "s\($0)" }

    private func stage(_ seed: UInt64) throws -> Stage {
        let stage = try Stage(seed: seed) { $0.foreigners = [KelosController.name] }
        for (number, name) in Self.names.enumerated() {
            try stage.addSecret(
                name, lifeLeft: .seconds(600 + 400 * number),
                annotations: [KelosController.fingerprint: "0123456789abcdef"])
        }
        return stage
    }

    private func expectHealthy(_ stage: Stage, hours: Int) throws {
        for name in Self.names {
            #expect(try #require(stage.sandbox.audit.leastLife(of: "default/\(name)")) >= .seconds(290))
            #expect(stage.annotations(name)[KelosController.fingerprint] == "0123456789abcdef")
            #expect((hours...hours * 60 / 52 + 2).contains(stage.writes(name).count), "\(stage.writes(name).count)")
        }
    }

    @Test("Kelos with its five minutes finds every token fresh, and mints none in a day")
    func kelosComesLater() throws {
        let stage = try stage(1)
        let kelos = KelosController(on: stage)
        kelos.start(Self.names)
        try stage.startWorker()
        try stage.run(for: .seconds(86_400))
        #expect(stage.mintRequests().allSatisfy { $0.client == "worker" })
        try expectHealthy(stage, hours: 24)
        try stage.finish()
    }

    @Test("with a refresher that comes earlier, this one mints none in a day")
    func otherComesEarlier() throws {
        let stage = try stage(2)
        var kelos = KelosController(on: stage)
        kelos.margin = .seconds(600)
        kelos.start(Self.names)
        try stage.startWorker()
        try stage.run(for: .seconds(86_400))
        #expect(stage.mintRequests().allSatisfy { $0.client == KelosController.name })
        try stage.finish()
    }

    @Test(
        "both at the same moment, for a day: no fight, no token too many, and no update is lost",
        arguments: UInt64(1)...2, [false, true])
    func sameMoment(seed: UInt64, replacesAnnotations: Bool) throws {
        let stage = try stage(seed)
        var kelos = KelosController(on: stage)
        kelos.replacesAnnotations = replacesAnnotations
        kelos.start(Self.names)
        try stage.startWorker { $0.policy = RefreshPolicy(jitter: .milliseconds(10)) }
        try stage.run(for: .seconds(86_400))
        try expectHealthy(stage, hours: 24)
        // Each may have minted what the other was faster to write.
        let written = Self.names.map { stage.writes($0).count }.reduce(0, +)
        #expect(stage.mintRequests().count <= 2 * written)
        try stage.finish()
    }

    @Test("a worker that is away for three hours leaves the Secrets to Kelos, and comes back without a mint")
    func takingTurns() throws {
        let stage = try stage(3)
        let kelos = KelosController(on: stage)
        kelos.start(Self.names)
        try stage.run(for: .seconds(10_000))
        let start = stage.simulation.now
        let worker = try stage.startWorker()
        try stage.run(atMost: .seconds(30), until: { worker.refresher.isSynced })
        #expect(stage.mintRequests(in: start..<stage.simulation.now).isEmpty)
        try stage.run(for: .seconds(20_000))
        for name in Self.names {
            #expect(try #require(stage.sandbox.audit.leastLife(of: "default/\(name)")) >= .seconds(290))
        }
        try stage.finish()
    }
}
