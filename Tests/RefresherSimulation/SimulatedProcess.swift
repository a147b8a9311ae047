import Synchronization

/// A process of the simulation: the executor of its tasks. It can be stopped and continued (SIGSTOP, SIGCONT), told to end
/// (SIGTERM) and killed (SIGKILL). All tasks of it must be structured, so that they stay on this executor.
package final class SimulatedProcess: TaskExecutor {
    private struct State {
        var isFrozen = false
        var isDead = false
        var held: [Simulation.ReadyJob] = []
        var task: Task<Void, Never>?
        var isRunning = false
        var onDeath: [@Sendable () -> Void] = []
    }

    package let name: String
    package let simulation: Simulation
    private let state = Mutex(State())

    package init(_ name: String, in simulation: Simulation) {
        self.name = name
        self.simulation = simulation
        simulation.add(self)
    }

    /// Whether its main task has not returned.
    package var isRunning: Bool { state.withLock { $0.isRunning } }

    /// Whether it was killed: nothing that it does has any effect.
    package var isDead: Bool { state.withLock { $0.isDead } }

    /// Begins the main task. It runs when the simulation does.
    package func start(_ main: @escaping @Sendable () async -> Void) {
        state.withLock { $0.isRunning = true }
        let task = Task(executorPreference: self) {
            await main()
            self.state.withLock { $0.isRunning = false }
        }
        state.withLock { $0.task = task }
    }

    /// SIGTERM, as programs here take it: the main task is cancelled.
    package func cancel() { state.withLock { $0.task }?.cancel() }

    /// SIGSTOP. Its connections stay, and what comes on them waits.
    package func freeze() {
        state.withLock { $0.isFrozen = true }
        let jobs = simulation.takeJobs(of: self)
        state.withLock { $0.held += jobs }
    }

    /// SIGCONT.
    package func thaw() {
        let jobs = state.withLock { state in
            guard !state.isDead else { return [Simulation.ReadyJob]() }
            state.isFrozen = false
            defer { state.held = [] }
            return state.held
        }
        simulation.add(jobs)
    }

    /// SIGKILL: not one instruction more, and its connections close. What it had sent arrives all the same.
    package func kill() {
        freeze()
        let actions = state.withLock { state in
            state.isDead = true
            defer { state.onDeath = [] }
            return state.onDeath
        }
        for action in actions { action() }
    }

    /// Called when the process is killed.
    func onDeath(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.onDeath.append(action) } }

    /// Lets the tasks return, so that nothing leaks: those of a dead process find every connection closed.
    func endForGood() {
        let jobs = state.withLock { state in
            state.isFrozen = false
            defer { state.held = [] }
            return state.held
        }
        simulation.add(jobs)
        cancel()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let ready = Simulation.ReadyJob(job: UnownedJob(job), process: self)
        let isHeld = state.withLock { state in
            if state.isFrozen { state.held.append(ready) }
            return state.isFrozen
        }
        if !isHeld { simulation.add([ready]) }
    }

    func run(_ job: UnownedJob) { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
}
