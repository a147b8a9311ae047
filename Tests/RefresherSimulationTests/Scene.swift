import Kubernetes
import PodManifests
import RefresherSimulation
import Sandbox
import Synchronization

/// A sandbox, and what watchers and electors of it tell.
final class Scene: Sendable {
    let simulation: Simulation
    let sandbox: SimulatedSandbox
    let notes = Notes()

    init(seed: UInt64 = 1, _ change: (inout SimulatedSandbox.Settings) -> Void = { _ in }) {
        simulation = Simulation(seed: seed)
        var settings = SimulatedSandbox.Settings()
        change(&settings)
        sandbox = SimulatedSandbox(simulation, settings)
    }

    func addSecret(_ name: String) throws {
        try sandbox.kubernetes.add(["apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name)]])
    }

    /// A replica that watches all Secrets and keeps their names in a mirror.
    func startWatcher(_ name: String = "watcher") throws -> (replica: SimulatedReplica, mirror: Mirror) {
        let replica = SimulatedReplica(name, in: sandbox)
        let mirror = Mirror(simulation)
        let watcher = Watcher(
            try replica.makeClient(observer: NotingObserver(notes, simulation)), ObjectSelection(.secrets),
            selecting: MetadataSelection())
        let seed = simulation.random()
        replica.process.start {
            await watcher.run(using: SeededGenerator(seed: seed)) { mirror.apply($0) }
        }
        return (replica, mirror)
    }

    /// A replica that takes part in an election and gives the lease back when it is told to end.
    func startElector(_ name: String, rate: Double = 1) throws -> (replica: SimulatedReplica, elector: LeaderElector) {
        let replica = SimulatedReplica(name, in: sandbox, rate: rate)
        let elector = LeaderElector(
            try replica.makeClient(observer: NotingObserver(notes, simulation)),
            lease: Kubernetes.ObjectKey(namespace: "default", name: "leader"), identity: name)
        let seed = simulation.random()
        replica.process.start { [notes, simulation] in
            await elector.run(using: SeededGenerator(seed: seed)) { isLeader in
                if !replica.process.isDead { notes.add("\(name) \(isLeader ? "leads" : "stops") \(simulation.now)") }
            }
            await Task(executorPreference: replica.process) { await elector.release() }.value
        }
        return (replica, elector)
    }
}

/// What a watcher's events add up to.
final class Mirror: Sendable {
    private struct State {
        var names: Set<String> = []
        var collected: Set<String>?
        var lists = 0
        var isSynced = false
        var changedAt = Duration.zero
    }

    private let simulation: Simulation
    private let state = Mutex(State())

    init(_ simulation: Simulation) { self.simulation = simulation }

    var names: [String] { state.withLock { $0.names.sorted() } }
    var lists: Int { state.withLock { $0.lists } }
    var isSynced: Bool { state.withLock { $0.isSynced } }
    /// When the last event came.
    var changedAt: Duration { state.withLock { $0.changedAt } }

    func apply(_ event: WatcherEvent) {
        state.withLock { state in
            state.changedAt = simulation.now
            switch event {
            case .initStarted: state.collected = []
            case .initApplied(let object): state.collected?.insert(object.name)
            case .initDone:
                state.names = state.collected ?? []
                state.collected = nil
                state.lists += 1
                state.isSynced = true
            case .applied(let object): state.names.insert(object.name)
            case .deleted(let object): state.names.remove(object.name)
            }
        }
    }
}

struct NotingObserver: KubernetesObserver {
    private let notes: Notes
    private let simulation: Simulation

    init(_ notes: Notes, _ simulation: Simulation) {
        self.notes = notes
        self.simulation = simulation
    }

    func requestFinished(code: String, method: String, host: String) {}
    func watchRestarted(_ resource: Resource, _ reason: WatchRestart) { notes.add("watch \(reason.rawValue)") }
}
