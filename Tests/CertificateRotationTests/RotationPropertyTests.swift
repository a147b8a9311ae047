import RefresherSimulation
import Testing

@testable import CertificateRotation

@Suite("A rotation under random trouble", .onSimulationThread)
struct RotationPropertyTests {
    private static let halfDay = 43_200

    /// An authority for ninety minutes and a leaf for thirty: half a day sees twelve of the one and forty of the other.
    private static func policy() throws -> RotationPolicy {
        try RotationPolicy(
            authorityLifetime: .seconds(5400), leafLifetime: .seconds(1800), settleTime: .seconds(World.settleTime))
    }

    /// Runs all leaders until then, each step at its time.
    private static func run(
        _ world: inout World, _ leaders: inout [Leader], until end: Int,
        after step: (inout World, inout [Leader], Int) -> Void = { _, _, _ in }
    ) {
        while let index = leaders.indices.min(by: { leaders[$0].actsAt < leaders[$1].actsAt }),
            leaders[index].actsAt < end
        {
            // Kubelets act between two steps of a leader too.
            let next = leaders[index].actsAt
            if let kubelet = world.replicas.map(\.syncsAt).min(), kubelet < next {
                world.pass(until: kubelet)
                step(&world, &leaders, index)
                continue
            }
            world.pass(until: next)
            leaders[index].step(&world)
            step(&world, &leaders, index)
        }
        world.pass(until: end)
    }

    /// A rotation may be under way at any one moment, so each is looked at.
    private static func becomesTidy(_ world: inout World, _ leaders: inout [Leader]) -> Bool {
        var isTidy = false
        run(&world, &leaders, until: world.now + 3600) { world, _, _ in isTidy = isTidy || world.isTidy }
        return isTidy
    }

    private static func settled(_ seed: UInt64, _ policy: RotationPolicy) throws -> (World, [Leader]) {
        var world = World(seed: seed)
        var leaders = [Leader(policy, skew: world.random(-60...60), at: world.now)]
        run(&world, &leaders, until: world.now + 1800)
        let isSettled = world.isTidy && world.refused.isEmpty
        try #require(isSettled, "seed \(seed)")
        return (world, leaders)
    }

    @Test("refuses no call: crashes, stalls, failing requests, lagging replicas, two leaders", arguments: 1...20)
    func safety(seed: UInt64) throws {
        let policy = try Self.policy()
        var (world, leaders) = try Self.settled(seed, policy)
        leaders.append(Leader(policy, skew: world.random(-60...60), at: world.now))
        var refusals: [String] = []
        Self.run(&world, &leaders, until: world.now + Self.halfDay) { world, leaders, index in
            let refused = world.refused
            if !refused.isEmpty { refusals.append("seed \(seed): replicas \(refused) at \(world.now)") }
            if world.happens(oneIn: 100) { leaders[index].crash(&world) }
            if world.happens(oneIn: 30) { leaders[index].fail(&world) }
            if world.happens(oneIn: 300) { leaders[index].stall(&world) }
            if world.happens(oneIn: 200) {
                let replica = world.random(0...world.replicas.count - 1)
                world.replicas[replica].isReachable.toggle()
            }
            if world.happens(oneIn: 50) { world.replace(world.random(0...world.replicas.count - 1)) }
            if world.happens(oneIn: 3000) {
                _ = world.authorities.write(StoredAuthorities(), over: world.authorities.version)
            }
            if world.happens(oneIn: 3000) { _ = world.leaf.write(nil, over: world.leaf.version) }
        }
        #expect(refusals.isEmpty, "\(refusals.first ?? "")")
        let actions = leaders.flatMap(\.actions)
        #expect(actions.contains(.promoteAuthority))
        #expect(actions.filter { if case .issueLeaf = $0 { true } else { false } }.count > 10)

        for index in world.replicas.indices { world.replicas[index].isReachable = true }
        leaders = [Leader(policy, skew: 0, at: world.now)]
        let isTidy = Self.becomesTidy(&world, &leaders)
        #expect(isTidy, "seed \(seed)")
    }

    @Test("gets right whatever it finds", arguments: 1...20)
    func recovery(seed: UInt64) throws {
        let policy = try Self.policy()
        var (world, leaders) = try Self.settled(seed, policy)
        func some(_ world: inout World, _ kind: String) -> CertificateFacts {
            let begin = Int64(world.now + world.random(-40_000...40_000))
            return world.make(kind, begin...begin + Int64(world.random(0...40_000)))
        }
        for _ in 0..<10 {
            var found = StoredAuthorities()
            if world.happens(oneIn: 2) { found.current = some(&world, "ca") }
            if world.happens(oneIn: 2) { found.next = some(&world, "ca") }
            for _ in 0..<world.random(0...3) { found.previous.append(some(&world, "ca")) }
            _ = world.authorities.write(found, over: world.authorities.version)
            if world.happens(oneIn: 2) {
                let signer = found.current?.fingerprint ?? "somebody"
                let leaf = World.Leaf(facts: some(&world, "leaf"), signer: signer)
                _ = world.leaf.write(leaf, over: world.leaf.version)
            }
            if world.happens(oneIn: 2) {
                let content = world.bundles.content.map { _ in
                    (0..<world.random(0...3)).map { _ in some(&world, "foreign") }
                }
                _ = world.setBundles(content, over: world.bundles.version)
            }
            let isTidy = Self.becomesTidy(&world, &leaders)
            #expect(isTidy, "seed \(seed)")
            #expect(world.refused == [], "seed \(seed)")
        }
    }

    @Test(
        "makes things anew once and not again and again when its clock jumps",
        arguments: [-86_400, -3600, 3600, 86_400])
    func clockJump(by jump: Int) throws {
        var (world, leaders) = try Self.settled(1, try Self.policy())
        for skew in [jump, 0] {
            leaders[0].skew = skew
            let before = leaders[0].actions.count
            Self.run(&world, &leaders, until: world.now + 3600)
            // An hour has three leaves, and an authority or two with five steps each; whoever goes on and on takes hundreds.
            #expect(leaders[0].actions.count - before <= 24)
        }
        #expect(world.refused == [])
    }

    @Test("does not even notice a clock that is set back by minutes")
    func clockSetBack() throws {
        var (world, leaders) = try Self.settled(1, try Self.policy())
        let before = leaders[0].actions.count
        leaders[0].skew -= 200
        Self.run(&world, &leaders, until: world.now + 300)
        #expect(leaders[0].actions.count == before)
    }

    @Test("is quiet between rotations")
    func quiet() throws {
        var (world, leaders) = try Self.settled(1, try Self.policy())
        let before = leaders[0].actions.count
        Self.run(&world, &leaders, until: world.now + Self.halfDay)
        // Every authority is prepared, put into the bundles, promoted, used, forgotten and taken out again: six for each
        // of about twelve. The other leaves are one each.
        let actions = leaders[0].actions.dropFirst(before)
        let leaves = actions.filter { if case .issueLeaf = $0 { true } else { false } }.count
        let authorities = actions.filter { $0 == .promoteAuthority }.count
        #expect((10...14).contains(authorities))
        #expect((36...56).contains(leaves))
        #expect(actions.count == leaves + 5 * authorities)
    }
}
