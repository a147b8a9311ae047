import RefresherSimulation
import Sandbox
import Testing

@Suite("A watcher through the faults of an API server", .serialized)
struct WatcherSimulationTests {
    private func synced(_ scene: Scene) throws -> (replica: SimulatedReplica, mirror: Mirror) {
        try scene.addSecret("a")
        let started = try scene.startWatcher()
        try scene.simulation.run(for: .seconds(10))
        #expect(started.mirror.isSynced)
        return started
    }

    @Test("in a quiet day it lists once and asks every five to ten minutes")
    func quietDay() throws {
        let scene = Scene()
        let (_, mirror) = try synced(scene)
        try scene.simulation.run(for: .seconds(86_400))
        #expect(mirror.lists == 1)
        let watches = scene.sandbox.log.requests(where: \.isWatch).count
        #expect((144...288).contains(watches))
        #expect(Set(scene.notes.lines) == ["watch ended"])
        try scene.addSecret("b")
        try scene.simulation.run(atMost: .seconds(1), until: { mirror.names == ["a", "b"] })
        try scene.simulation.finish()
    }

    @Test("after 410, as an answer or as an event, it lists again within two seconds and misses nothing")
    func expired() throws {
        for isEvent in [true, false] {
            let scene = Scene()
            let (_, mirror) = try synced(scene)
            if isEvent {
                scene.sandbox.kubernetes.disturb(.expire)
            } else {
                scene.sandbox.spoilKubernetes(count: 1) { ($0.isWatch, $0.status, $0.reason) = (true, 410, "Expired") }
                scene.sandbox.kubernetes.disturb(.finish)
            }
            try scene.addSecret("b")
            try scene.simulation.run(atMost: .seconds(2), until: { mirror.names == ["a", "b"] })
            #expect(mirror.lists == 2)
            #expect(scene.notes.lines.last == "watch expired")
            try scene.simulation.finish()
        }
    }

    @Test("a watch that says nothing more is noticed within 65 seconds of its last bookmark")
    func stalled() throws {
        let scene = Scene()
        let (_, mirror) = try synced(scene)
        try scene.simulation.run(for: .seconds(130))
        scene.sandbox.kubernetes.disturb(.stall)
        let stalledAt = scene.simulation.now
        try scene.addSecret("b")
        try scene.simulation.run(atMost: .seconds(66), until: { mirror.names == ["a", "b"] })
        #expect(mirror.lists == 1)
        #expect(scene.notes.lines.last == "watch stalled")
        #expect(scene.simulation.now - stalledAt < .seconds(66))
        try scene.simulation.finish()
    }

    @Test("a broken connection and half a line are resumed where they broke")
    func broken() throws {
        for disturbance in [WatchDisturbance.abort, .halfLine] {
            let scene = Scene()
            let (_, mirror) = try synced(scene)
            scene.sandbox.kubernetes.disturb(disturbance)
            try scene.addSecret("b")
            try scene.simulation.run(atMost: .seconds(2), until: { mirror.names == ["a", "b"] })
            #expect(mirror.lists == 1)
            try scene.simulation.finish()
        }
    }

    @Test("a partition of 30 minutes is survived, with at most one try in four seconds")
    func partition() throws {
        let scene = Scene()
        let (replica, mirror) = try synced(scene)
        replica.kubernetesLink.condition = .refused
        replica.kubernetesLink.reset()
        try scene.addSecret("b")
        let start = scene.simulation.now
        try scene.simulation.run(for: .seconds(1800))
        let tries = scene.sandbox.log.requests(in: start..<scene.simulation.now).count
        #expect(tries <= 1800 / 4)
        #expect(mirror.names == ["a"])
        replica.kubernetesLink.condition = .up
        try scene.simulation.run(atMost: .seconds(60), until: { mirror.names == ["a", "b"] })
        try scene.simulation.finish()
    }

    @Test("the same seed is the same run, request by request, and another seed another")
    func determinism() throws {
        func trace(_ seed: UInt64) throws -> [String] {
            let scene = Scene(seed: seed)
            let (replica, _) = try synced(scene)
            let electors = try ["x", "y"].map { try scene.startElector($0) }
            for round in 0..<10 {
                try scene.simulation.run(for: .seconds(100))
                try scene.addSecret("s\(round)")
                scene.sandbox.kubernetes.disturb([.abort, .expire, .stall, .compact, .finish][round % 5])
                if round == 5 { electors[0].replica.process.freeze() }
                if round == 6 { electors[0].replica.process.thaw() }
                if round == 7 { replica.kubernetesLink.reset() }
            }
            try scene.simulation.finish()
            return scene.sandbox.log.all.map(\.description) + scene.notes.lines
        }
        let first = try trace(3)
        #expect(first.count > 500)
        #expect(try trace(3) == first)
        #expect(try trace(4) != first)
    }
}
