import Testing

@testable import Kubernetes

/// An election among pure state machines: one lease, candidates with clocks of their own, a network that can be cut.
struct ElectionSimulation {
    struct Candidate {
        var machine: LeaderElection
        /// How fast its clock runs.
        let rate: Double
        var generator: SeededGenerator
        /// True time of its next step.
        var wakes: Duration = .zero
        var isDead = false
        var isCutOff = false
        /// Until when it does not run, in true time.
        var frozenUntil: Duration = .zero

        func local(_ time: Duration) -> Duration { time * rate }

        func leads(at time: Duration) -> Bool {
            machine.leadsUntil.map { local(time) < $0 } ?? false
        }
    }

    static let latency = Duration.milliseconds(20)

    var now = Duration.zero
    var candidates: [Candidate]
    var lease: ObservedLease?
    var version = 0
    var conflicts = 0
    /// Who led, from when on, each time it changed. Nil: nobody.
    var history: [(leader: Int?, at: Duration)] = []
    var mostAtOnce = 0

    init(rates: [Double], seed: UInt64) {
        candidates = rates.indices.map { index in
            Candidate(
                machine: LeaderElection(identity: "candidate-\(index)", timing: .standard), rate: rates[index],
                generator: SeededGenerator(seed: seed &* 31 &+ UInt64(index)), wakes: .milliseconds(index * 3))
        }
    }

    /// Runs until true time `end`.
    mutating func run(until end: Duration) {
        while let index = soonest(), candidates[index].wakes <= end {
            now = max(now, candidates[index].wakes)
            // A process that is stopped sees the world again when it goes on.
            if candidates[index].frozenUntil > now {
                candidates[index].wakes = candidates[index].frozenUntil
                continue
            }
            take(index)
            observe()
        }
        now = end
        observe()
    }

    var leader: Int? { candidates.indices.first { !candidates[$0].isDead && candidates[$0].leads(at: now) } }

    private func soonest() -> Int? {
        candidates.indices.filter { !candidates[$0].isDead }.min { candidates[$0].wakes < candidates[$1].wakes }
    }

    private mutating func observe() {
        // Frozen ones do nothing, so they count as leaders only by what others must respect.
        let leading = candidates.indices.filter { !candidates[$0].isDead && candidates[$0].leads(at: now) }
        mostAtOnce = max(mostAtOnce, leading.count)
        if history.isEmpty || history.last?.leader != leading.first { history.append((leading.first, now)) }
    }

    private mutating func take(_ index: Int) {
        var candidate = candidates[index]
        let local = candidate.local(now)
        let step = candidate.machine.next(at: local, unixTime: now, using: &candidate.generator)
        var after = now + Self.latency
        switch step {
        case .wait(let delay): after = now + delay / candidate.rate
        case .read(let timeout), .create(_, let timeout), .update(_, _, let timeout):
            if candidate.isCutOff {
                after = now + timeout / candidate.rate
                candidate.machine.failed(using: &candidate.generator)
            } else {
                serve(step, &candidate, sentAt: local, after: candidate.local(after))
            }
        }
        candidate.wakes = after
        candidates[index] = candidate
    }

    private mutating func serve(
        _ step: LeaderElection.Step, _ candidate: inout Candidate, sentAt: Duration, after: Duration
    ) {
        switch step {
        case .wait: return
        case .read:
            if let lease {
                candidate.machine.observed(lease, at: after, using: &candidate.generator)
            } else {
                candidate.machine.missing()
            }
        case .create(let record, _):
            guard lease == nil else { return refuse(&candidate) }
            write(record, &candidate, sentAt: sentAt, after: after)
        case .update(let record, let resourceVersion, _):
            guard lease?.resourceVersion == resourceVersion else { return refuse(&candidate) }
            write(record, &candidate, sentAt: sentAt, after: after)
        }
    }

    private mutating func refuse(_ candidate: inout Candidate) {
        conflicts += 1
        candidate.machine.failed(using: &candidate.generator)
    }

    private mutating func write(
        _ record: LeaseRecord, _ candidate: inout Candidate, sentAt: Duration, after: Duration
    ) {
        version += 1
        let written = ObservedLease(record: record, resourceVersion: String(version))
        lease = written
        candidate.machine.wrote(written, sentAt: sentAt, at: after)
    }
}

@Suite("An election")
struct LeaderElectionTests {
    private static let seeds: [UInt64] = Array(1...20)

    @Test("has one leader, who stays", arguments: seeds)
    func stability(seed: UInt64) {
        var simulation = ElectionSimulation(rates: [1, 1, 1], seed: seed)
        simulation.run(until: .seconds(1))
        let first = simulation.leader
        #expect(first != nil)
        simulation.run(until: .seconds(600))
        #expect(simulation.leader == first)
        #expect(simulation.history.filter { $0.leader != nil }.count == 1)
        #expect(simulation.mostAtOnce == 1)
        #expect(simulation.lease?.record.transitions == 0)
        // Renewals every two seconds.
        #expect((290...310).contains(simulation.version))
    }

    @Test("has a new leader within 17 s of a kill", arguments: seeds)
    func kill(seed: UInt64) {
        var simulation = ElectionSimulation(rates: [1, 1], seed: seed)
        simulation.run(until: .seconds(60) + .milliseconds(seed * 97))
        guard let first = simulation.leader else {
            Issue.record("nobody leads")
            return
        }
        simulation.candidates[first].isDead = true
        let killed = simulation.now
        simulation.run(until: killed + .seconds(17) + ElectionSimulation.latency * 4)
        #expect(simulation.leader == 1 - first)
        #expect(simulation.lease?.record.transitions == 1)
        // Never before the lease is over: up to two seconds of it were gone.
        #expect(simulation.history.last.map { $0.at - killed >= .seconds(12) } == true)
    }

    @Test("has another leader while the first is stopped, who finds that out before it writes", arguments: seeds)
    func zombie(seed: UInt64) {
        var simulation = ElectionSimulation(rates: [1, 1], seed: seed)
        simulation.run(until: .seconds(60))
        guard let first = simulation.leader else {
            Issue.record("nobody leads")
            return
        }
        simulation.candidates[first].frozenUntil = .seconds(80)
        simulation.run(until: .seconds(79))
        #expect(simulation.leader == 1 - first)
        let version = simulation.version
        simulation.run(until: .seconds(81))
        #expect(!simulation.candidates[first].leads(at: simulation.now))
        #expect(simulation.lease?.record.holder == "candidate-\(1 - first)")
        #expect(simulation.version <= version + 2)
        simulation.run(until: .seconds(200))
        #expect(simulation.leader == 1 - first)
        #expect(simulation.mostAtOnce == 1)
    }

    @Test("a leader that is cut off steps down by its deadline, and nobody leads beside it", arguments: seeds)
    func partition(seed: UInt64) {
        var simulation = ElectionSimulation(rates: [1, 1], seed: seed)
        simulation.run(until: .seconds(60))
        guard let first = simulation.leader else {
            Issue.record("nobody leads")
            return
        }
        simulation.candidates[first].isCutOff = true
        simulation.run(until: .seconds(70))
        #expect(!simulation.candidates[first].leads(at: simulation.now))
        simulation.run(until: .seconds(72))
        simulation.candidates[first].isCutOff = false
        simulation.run(until: .seconds(200))
        #expect(simulation.leader != nil)
        #expect(simulation.mostAtOnce == 1)
    }

    @Test("a cut shorter than the deadline changes nothing", arguments: seeds)
    func shortPartition(seed: UInt64) {
        var simulation = ElectionSimulation(rates: [1, 1], seed: seed)
        simulation.run(until: .seconds(60))
        let first = simulation.leader
        for index in simulation.candidates.indices { simulation.candidates[index].isCutOff = true }
        simulation.run(until: .seconds(62))
        for index in simulation.candidates.indices { simulation.candidates[index].isCutOff = false }
        simulation.run(until: .seconds(120))
        #expect(simulation.leader == first)
        #expect(simulation.lease?.record.transitions == 0)
    }

    @Test("bears clocks of which one runs 1.4 times as fast, cut off and not", arguments: seeds)
    func clockRates(seed: UInt64) {
        for rates in [[1, 1.4], [1.4, 1], [0.75, 1.05]] {
            var simulation = ElectionSimulation(rates: rates, seed: seed)
            var time = Duration.seconds(30)
            for _ in 0..<10 {
                simulation.run(until: time)
                if let leader = simulation.leader { simulation.candidates[leader].isCutOff = true }
                simulation.run(until: time + .seconds(40))
                for index in simulation.candidates.indices { simulation.candidates[index].isCutOff = false }
                time += .seconds(60)
            }
            #expect(simulation.mostAtOnce == 1)
            #expect(simulation.lease.map { $0.record.transitions >= 9 } == true)
        }
    }

    @Test("waits out a lease that it sees for the first time, whatever its timestamps say")
    func foreignTimes() {
        var machine = LeaderElection(identity: "me", timing: .standard)
        var low = LowestGenerator()
        let old = ObservedLease(
            record: LeaseRecord(
                holder: "other", durationSeconds: 15, acquireTime: "1999-01-01T00:00:00.000000Z",
                renewTime: "1999-01-01T00:00:00.000000Z", transitions: 4), resourceVersion: "9")
        var now = Duration.seconds(1000)
        #expect(machine.next(at: now, unixTime: .zero, using: &low) == .read(timeout: .seconds(5)))
        machine.observed(old, at: now, using: &low)
        while true {
            let step = machine.next(at: now, unixTime: .zero, using: &low)
            if case .wait(let delay) = step {
                now += delay
            } else if case .read = step {
                machine.observed(old, at: now, using: &low)
            } else {
                guard case .update(let record, "9", _) = step else {
                    Issue.record("unexpected step \(step)")
                    return
                }
                #expect(record.holder == "me")
                #expect(record.transitions == 5)
                #expect(record.acquireTime == "1970-01-01T00:00:00.000000Z")
                break
            }
        }
        #expect(now == .seconds(1015))
    }

    @Test("does not count a change that is no renewal")
    func labelChange() {
        var machine = LeaderElection(identity: "me", timing: .standard)
        var low = LowestGenerator()
        let record = LeaseRecord(holder: "other", durationSeconds: 15, acquireTime: "a", renewTime: "b", transitions: 0)
        machine.observed(ObservedLease(record: record, resourceVersion: "1"), at: .zero, using: &low)
        machine.observed(ObservedLease(record: record, resourceVersion: "2"), at: .seconds(15), using: &low)
        guard case .update(_, let version, _) = machine.next(at: .seconds(15), unixTime: .zero, using: &low) else {
            Issue.record("no claim")
            return
        }
        #expect(version == "2")
    }

    @Test("takes a released lease at the next look, within two seconds")
    func released() {
        var machine = LeaderElection(identity: "me", timing: .standard)
        var generator = SeededGenerator(seed: 3)
        let held = LeaseRecord(holder: "other", durationSeconds: 15, acquireTime: "a", renewTime: "b", transitions: 0)
        machine.observed(ObservedLease(record: held, resourceVersion: "1"), at: .zero, using: &generator)
        guard case .wait(let delay) = machine.next(at: .zero, unixTime: .zero, using: &generator) else {
            Issue.record("no wait")
            return
        }
        #expect(delay > .milliseconds(900) && delay <= .seconds(2))
        let free = LeaseRecord(holder: "", durationSeconds: 1, acquireTime: "c", renewTime: "c", transitions: 0)
        machine.observed(ObservedLease(record: free, resourceVersion: "2"), at: delay, using: &generator)
        guard case .update(let record, "2", _) = machine.next(at: delay, unixTime: .zero, using: &generator) else {
            Issue.record("no claim")
            return
        }
        #expect(record.durationSeconds == 15)
        #expect(record.transitions == 1)
    }

    @Test(
        "refuses timings that could have two leaders",
        arguments: [(10, 10, 2), (15, 2, 2), (15, 10, 0), (0, -1, -2), (15, 12, 10)])
    func timings(lease: Int, renew: Int, retry: Int) {
        #expect(throws: AccessError.self) {
            try ElectionTiming(
                leaseDuration: .seconds(lease), renewDeadline: .seconds(renew), retryPeriod: .seconds(retry))
        }
    }

    @Test("takes the timings that everybody uses")
    func usualTimings() throws {
        #expect(
            try ElectionTiming(leaseDuration: .seconds(15), renewDeadline: .seconds(10), retryPeriod: .seconds(2))
                == .standard)
    }
}
