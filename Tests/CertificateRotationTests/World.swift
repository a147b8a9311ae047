import CertificateRotation
import RefresherSimulation

/// A cluster with nothing in it but what a rotation sees, in seconds of one true clock.
struct World {
    static let settleTime = 120
    /// As late as kubelets are with a Secret.
    static let longestReplicaLag = 90
    static let names: Set<String> = ["webhook.system.svc"]

    struct Leaf: Hashable {
        var facts: CertificateFacts
        var signer: String
    }

    struct Replica {
        var serving: Leaf?
        var syncsAt: Int
        var isReachable = true
        /// What a pod that is starting in this one's place was given, and when it is there.
        var successor: (leaf: Leaf, startsAt: Int)?
    }

    /// A resource with the version that writers must name.
    struct Stored<Content> {
        var version = 0
        var content: Content

        mutating func write(_ content: Content, over version: Int) -> Bool {
            guard version == self.version else { return false }
            self.content = content
            self.version += 1
            return true
        }
    }

    var now = 1_800_000_000
    var generator: SeededGenerator
    var bundles: Stored<[[CertificateFacts]]>
    var leaf = Stored<Leaf?>(content: nil)
    var authorities = Stored(content: StoredAuthorities())
    var replicas: [Replica]
    private(set) var made = 0
    /// What API servers may still go by: each state of the bundles with the moment in which it ended.
    private var past: [(until: Int, bundles: [[CertificateFacts]])] = []

    init(seed: UInt64, entries: Int = 2, replicas: Int = 3) {
        generator = SeededGenerator(seed: seed)
        bundles = Stored(content: Array(repeating: [], count: entries))
        self.replicas = []
        for _ in 0..<replicas { self.replicas.append(Replica(serving: nil, syncsAt: now + random(1...90))) }
    }

    mutating func random(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func happens(oneIn count: Int) -> Bool { random(1...count) == 1 }

    mutating func make(_ kind: String, _ validity: ClosedRange<Int64>) -> CertificateFacts {
        made += 1
        return CertificateFacts(fingerprint: "\(kind)\(made)", validity: validity)
    }

    mutating func setBundles(_ content: [[CertificateFacts]], over version: Int) -> Bool {
        let old = bundles.content
        guard bundles.write(content, over: version) else { return false }
        past.append((now, old))
        return true
    }

    /// A pod begins to start: it has its Secret long before anybody can ask it.
    mutating func replace(_ replica: Int) {
        guard let leaf = leaf.content else { return }
        replicas[replica].successor = (leaf, now + random(1...Self.longestReplicaLag))
    }

    /// Lets time pass; kubelets bring the Secret to the pods.
    mutating func pass(until time: Int) {
        now = max(now, time)
        for index in replicas.indices {
            if let successor = replicas[index].successor, successor.startsAt <= now {
                replicas[index].serving = successor.leaf
                replicas[index].successor = nil
                replicas[index].syncsAt = now + random(1...Self.settleTime - Self.longestReplicaLag)
            }
            guard replicas[index].syncsAt <= now else { continue }
            // A Secret that is gone changes nothing in a pod.
            if let leaf = leaf.content { replicas[index].serving = leaf }
            replicas[index].syncsAt = now + random(1...Self.longestReplicaLag)
        }
        past.removeAll { $0.until < now - Self.settleTime }
    }

    /// The replicas that an API server which lags by up to the settle time refuses.
    var refused: [Int] {
        replicas.indices.filter { index in
            guard let leaf = replicas[index].serving else { return true }
            guard leaf.facts.validity.contains(Int64(now)) else { return true }
            return !(past.map(\.bundles) + [bundles.content]).allSatisfy { state in
                state.allSatisfy { $0.contains { $0.fingerprint == leaf.signer } }
            }
        }
    }

    /// One authority, a leaf of it everywhere, and nothing else.
    var isTidy: Bool {
        guard let current = authorities.content.current, authorities.content.previous.isEmpty,
            let leaf = leaf.content, leaf.signer == current.fingerprint
        else { return false }
        return bundles.content.allSatisfy { $0 == [current] } && replicas.allSatisfy { $0.serving == leaf }
    }
}
