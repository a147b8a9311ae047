import CertificateRotation

/// A refresher that leads, or believes that it does: one step at a time, so that others can act between any two.
struct Leader {
    private enum Stage {
        case configuration, replicas, leaf, authorities, write
    }

    let policy: RotationPolicy
    /// Of its wall clock to the true one, seconds.
    var skew: Int
    private(set) var actsAt: Int
    private(set) var actions: [RotationAction] = []
    private var rotation: Rotation
    private var stage = Stage.configuration
    private var bundles = World.Stored<[[CertificateFacts]]>(content: [])
    private var views: [ReplicaView] = []
    private var leaf = World.Stored<World.Leaf?>(content: nil)
    private var authorities = World.Stored(content: StoredAuthorities())
    private var pending: RotationAction?
    /// Of every certificate that it has seen or made.
    private var known: [String: CertificateFacts] = [:]

    init(_ policy: RotationPolicy, skew: Int, at now: Int) {
        self.policy = policy
        self.skew = skew
        actsAt = now
        rotation = Rotation(policy)
    }

    /// Dies, and is another one in its place.
    mutating func crash(_ world: inout World) {
        rotation = Rotation(policy)
        begin(at: world.now + world.random(1...20))
    }

    /// A request fails: it looks around again.
    mutating func fail(_ world: inout World) { begin(at: world.now + world.random(1...30)) }

    mutating func stall(_ world: inout World) { actsAt = world.now + world.random(1...200) }

    mutating func step(_ world: inout World) {
        switch stage {
        case .configuration:
            bundles = world.bundles
            stage = .replicas
        case .replicas:
            let trusted = bundles.content.map { Set($0.map(\.fingerprint)) }
            views = world.replicas.map { replica in
                guard replica.isReachable else { return .unknown }
                guard let leaf = replica.serving else { return .silent }
                return .serves(
                    fingerprint: leaf.facts.fingerprint, isTrusted: trusted.allSatisfy { $0.contains(leaf.signer) })
            }
            stage = .leaf
        case .leaf:
            leaf = world.leaf
            stage = .authorities
        case .authorities:
            authorities = world.authorities
            stage = .write
            if decide(world) { return }
        case .write:
            write(&world)
            begin(at: world.now)
        }
        actsAt = world.now + (world.happens(oneIn: 20) ? world.random(1...30) : world.random(0...2))
    }

    private mutating func begin(at time: Int) {
        stage = .configuration
        pending = nil
        actsAt = time
    }

    /// - Returns: whether it waits.
    private mutating func decide(_ world: World) -> Bool {
        let own = [authorities.content.current, authorities.content.next].compactMap(\.self)
        let stored = leaf.content.map { leaf in
            StoredLeaf(
                certificate: leaf.facts, names: World.names,
                signer: own.first { $0.fingerprint == leaf.signer }?.fingerprint)
        }
        for facts in own + authorities.content.previous + bundles.content.flatMap(\.self) {
            known[facts.fingerprint] = facts
        }
        let seen = RotationObservation(
            time: .seconds(world.now), now: Int64(world.now + skew), names: World.names, bundles: bundles.content,
            replicas: views, leaf: stored, authorities: authorities.content)
        switch rotation.next(seen) {
        case .act(let action):
            pending = action
            return false
        case .wait(let span, _):
            begin(at: world.now + max(1, Int(span.components.seconds)))
            return true
        }
    }

    private mutating func write(_ world: inout World) {
        guard let action = pending else { return }
        actions.append(action)
        var changed = authorities.content
        switch action {
        case .replaceAuthority(let validity):
            changed.previous += [changed.current].compactMap(\.self)
            changed.current = world.make("ca", validity)
            changed.next = nil
        case .prepareAuthority(let validity): changed.next = world.make("ca", validity)
        case .promoteAuthority:
            changed.previous += [changed.current].compactMap(\.self)
            changed.current = changed.next
            changed.next = nil
        case .forgetAuthorities(let past): changed.previous.removeAll { past.contains($0.fingerprint) }
        case .writeBundles(let wanted):
            let content = zip(wanted, bundles.content).map { wanted, old in
                wanted.map { $0.compactMap { known[$0] } } ?? old
            }
            _ = world.setBundles(content, over: bundles.version)
            return
        case .issueLeaf(let validity, _):
            guard let signer = authorities.content.current else { return }
            let made = World.Leaf(facts: world.make("leaf", validity), signer: signer.fingerprint)
            _ = world.leaf.write(made, over: leaf.version)
            return
        }
        _ = world.authorities.write(changed, over: authorities.version)
    }
}
