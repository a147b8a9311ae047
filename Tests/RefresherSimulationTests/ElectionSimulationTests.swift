import Kubernetes
import RefresherSimulation
import Sandbox
import Testing

@Suite("An election through the faults of processes, networks and clocks")
struct ElectionSimulationTests {
    private typealias Candidate = (replica: SimulatedReplica, elector: LeaderElector)

    /// Each seed is another interleaving and other jitter.
    private static let seeds: ClosedRange<UInt64> = 1...10

    /// Two candidates of which the first leads.
    private func elected(_ scene: Scene, rates: (Double, Double) = (1, 1)) throws -> (
        first: Candidate, second: Candidate
    ) {
        let first = try scene.startElector("first", rate: rates.0)
        try scene.simulation.run(atMost: .seconds(5), until: { first.elector.isLeader })
        let second = try scene.startElector("second", rate: rates.1)
        try scene.simulation.run(for: .seconds(30))
        #expect(first.elector.isLeader && !second.elector.isLeader)
        return (first, second)
    }

    @Test("a killed leader is replaced within 17 seconds", arguments: seeds)
    func killed(seed: UInt64) throws {
        let scene = Scene(seed: seed)
        let (first, second) = try elected(scene)
        first.replica.process.kill()
        try scene.simulation.run(atMost: .seconds(17), until: { second.elector.isLeader })
        try scene.simulation.finish()
    }

    @Test("a leader that ends in order is replaced within three seconds", arguments: seeds)
    func ended(seed: UInt64) throws {
        let scene = Scene(seed: seed)
        let (first, second) = try elected(scene)
        first.replica.process.cancel()
        try scene.simulation.run(atMost: .seconds(3), until: { second.elector.isLeader })
        try scene.simulation.finish()
    }

    @Test("a leader that was stopped for 20 seconds knows at once that it is none", arguments: seeds)
    func stopped(seed: UInt64) throws {
        let scene = Scene(seed: seed)
        let (first, second) = try elected(scene)
        first.replica.process.freeze()
        try scene.simulation.run(for: .seconds(20))
        #expect(second.elector.isLeader && !first.elector.isLeader)
        first.replica.process.thaw()
        try scene.simulation.run(for: .seconds(60))
        #expect(second.elector.isLeader && !first.elector.isLeader)
        try scene.simulation.finish()
    }

    @Test("a leader without the API steps down within 10 seconds, and before another leads", arguments: seeds)
    func partitioned(seed: UInt64) throws {
        let scene = Scene(seed: seed)
        let (first, second) = try elected(scene)
        first.replica.kubernetesLink.condition = .silent
        let start = scene.simulation.now
        try scene.simulation.run(atMost: .seconds(10), until: { !first.elector.isLeader })
        try scene.simulation.run(for: start + .seconds(12) - scene.simulation.now)
        first.replica.kubernetesLink.condition = .up
        for _ in 0..<600 {
            try scene.simulation.run(for: .milliseconds(100))
            #expect(!(first.elector.isLeader && second.elector.isLeader))
        }
        #expect(first.elector.isLeader != second.elector.isLeader)
        try scene.simulation.finish()
    }

    @Test("clocks that run 1.4 times as fast never make two leaders", arguments: seeds)
    func rates(seed: UInt64) throws {
        for rates in [(1, 1.4), (1.4, 1)] {
            let scene = Scene(seed: seed)
            let (first, second) = try elected(scene, rates: rates)
            for round in 0..<40 {
                first.replica.kubernetesLink.condition = round % 2 == 0 ? .silent : .up
                for _ in 0..<(5 + round % 12) * 5 {
                    try scene.simulation.run(for: .milliseconds(200))
                    #expect(!(first.elector.isLeader && second.elector.isLeader))
                }
            }
            try scene.simulation.finish()
        }
    }
}
