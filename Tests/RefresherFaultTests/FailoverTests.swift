import RefresherService
import RefresherSimulation
import Sandbox
import Testing

@Suite("Two replicas (rows 72 to 75)", .onSimulationThread)
struct FailoverTests {
    /// Each is another interleaving, and another moment of the fault.
    private static let seeds: ClosedRange<UInt64> = 1...8
    private static let secrets = 5

    /// Two replicas of which the first leads, in the minute in which five tokens become due.
    private func replicas(_ seed: UInt64, rates: (Double, Double) = (1, 1)) throws -> (
        stage: Stage, leader: SimulatedWorker, standby: SimulatedWorker
    ) {
        let stage = try Stage(seed: seed)
        for number in 0..<Self.secrets { try stage.addSecret("s\(number)", lifeLeft: .seconds(430)) }
        // So that tokens are on their way when the fault comes.
        stage.sandbox.spoilGitHub(count: 40) { ($0.method, $0.delayMilliseconds) = ("POST", 2000) }
        let leader = try stage.startReplica("first", rate: rates.0)
        try stage.run(atMost: .seconds(3), until: { leader.refresher.isLeading })
        let standby = try stage.startReplica("second", rate: rates.1)
        try stage.run(for: .seconds(20) + stage.simulation.random(in: .zero...Duration.seconds(60)))
        #expect(leader.refresher.isLeading && !standby.refresher.isLeading)
        return (stage, leader, standby)
    }

    /// After all is over: every token was replaced in time, and by one mint, or two where the first was lost.
    private func expectAllRefreshed(_ stage: Stage, duplicates: Int = 1) throws {
        for number in 0..<Self.secrets {
            let writes = stage.writes("s\(number)")
            #expect(writes.count == 1, "seed \(stage.simulation.seed)")
            #expect(try #require(writes.first?.lifeLeft) > .seconds(240))
        }
        #expect(stage.sandbox.audit.mints.count <= Self.secrets * (1 + duplicates))
    }

    @Test(
        "row 72: a killed leader is replaced within 17 seconds, at the price of one more mint a Secret",
        arguments: seeds)
    func killed(seed: UInt64) throws {
        let (stage, leader, standby) = try replicas(seed)
        leader.process.kill()
        try stage.run(atMost: .seconds(17), until: { standby.refresher.isLeading })
        try stage.run(for: .seconds(180))
        try expectAllRefreshed(stage)
        try stage.finish()
    }

    @Test("row 73: a leader that ends in order is replaced within three seconds", arguments: seeds)
    func ended(seed: UInt64) throws {
        let (stage, leader, standby) = try replicas(seed)
        leader.process.cancel()
        try stage.run(atMost: .seconds(3), until: { standby.refresher.isLeading })
        #expect(!leader.process.isRunning)
        try stage.run(for: .seconds(180))
        try expectAllRefreshed(stage)
        try stage.finish()
    }

    @Test(
        "row 74: a leader that was stopped for 20 seconds does nothing more, and overwrites nothing", arguments: seeds)
    func zombie(seed: UInt64) throws {
        let (stage, leader, standby) = try replicas(seed)
        leader.process.freeze()
        try stage.run(for: .seconds(20))
        #expect(standby.refresher.isLeading && !leader.refresher.isLeading)
        leader.process.thaw()
        let woken = stage.simulation.now
        try stage.run(for: .seconds(180))
        try expectAllRefreshed(stage)
        #expect(standby.refresher.isLeading && !leader.refresher.isLeading)
        // What was sent before counts; what it sends now, only if it lost the race.
        let late = stage.secretPatches(in: woken..<stage.simulation.now).filter { $0.client == "first" }
        #expect(late.allSatisfy { $0.status == 409 })
        try stage.finish()
    }

    @Test(
        "row 75: a leader without the API for 12 seconds steps down within 10, and never do two write", arguments: seeds
    )
    func partitioned(seed: UInt64) throws {
        let (stage, leader, standby) = try replicas(seed)
        leader.replica.kubernetesLink.condition = .silent
        let start = stage.simulation.now
        try stage.run(atMost: .seconds(10), until: { !leader.refresher.isLeading })
        try stage.run(for: start + .seconds(12) - stage.simulation.now)
        leader.replica.kubernetesLink.condition = .up
        for _ in 0..<300 {
            try stage.run(for: .milliseconds(500))
            #expect(!(leader.refresher.isLeading && standby.refresher.isLeading))
        }
        try expectAllRefreshed(stage)
        try stage.finish()
    }

    @Test("row 75: clocks that run 1.4 times as fast never make two leaders", arguments: seeds)
    func rates(seed: UInt64) throws {
        let (stage, leader, standby) = try replicas(seed, rates: seed % 2 == 0 ? (1.4, 1) : (1, 1.4))
        for round in 0..<30 {
            leader.replica.kubernetesLink.condition = round % 3 == 0 ? .silent : .up
            for _ in 0..<(4 + round % 12) * 5 {
                try stage.run(for: .milliseconds(200))
                #expect(!(leader.refresher.isLeading && standby.refresher.isLeading))
            }
        }
        leader.replica.kubernetesLink.condition = .up
        try stage.run(for: .seconds(60))
        for number in 0..<Self.secrets { #expect(!stage.writes("s\(number)").isEmpty) }
        try stage.finish()
    }
}
