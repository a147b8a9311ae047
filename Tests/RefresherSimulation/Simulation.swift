import HeapModule
import Synchronization

/// Virtual time, and all that waits for it. One thread, that of the caller, runs every task of every process until all of
/// them wait; then time moves to the earliest timer. Hours pass in milliseconds.
///
/// Which of the tasks that can run runs next is drawn from the seed, so each seed is another interleaving and the same seed
/// is the same run. (Across processes only with `SWIFT_DETERMINISTIC_HASHING=1`: the order of dictionaries is random.)
package final class Simulation: Sendable {
    package struct Timer: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Alarm: Comparable, Sendable {
        let time: Duration
        let number: UInt64

        static func < (left: Alarm, right: Alarm) -> Bool {
            (left.time, left.number) < (right.time, right.number)
        }
    }

    private struct State {
        var now = Duration.zero
        var alarms = Heap<Alarm>()
        var actions: [UInt64: @Sendable () -> Void] = [:]
        var timersMade: UInt64 = 0
        var ready: [ReadyJob] = []
        var processes: [SimulatedProcess] = []
        var generator: SeededGenerator
        /// Jobs that have run since time moved last.
        var jobsAtOnce = 0
    }

    struct ReadyJob: Sendable {
        let job: UnownedJob
        let process: SimulatedProcess
    }

    /// 2026-11-23T12:00:00Z, when every simulation begins.
    package static let epoch = Duration.seconds(1_795_435_200)

    /// For messages: who finds a failure runs it again with this.
    package let seed: UInt64
    private let mostJobsAtOnce: Int
    private let state: Mutex<State>

    /// - Parameter mostJobsAtOnce: who needs more without any time passing spins. Ten thousand Secrets that are read at one
    ///   moment need fewer.
    package init(seed: UInt64 = 1, mostJobsAtOnce: Int = 500_000) {
        self.seed = seed
        self.mostJobsAtOnce = mostJobsAtOnce
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    /// Since the beginning.
    package var now: Duration { state.withLock { $0.now } }

    package func random() -> UInt64 { state.withLock { $0.generator.next() } }

    package func random(in range: ClosedRange<Duration>) -> Duration {
        let spread = (range.upperBound - range.lowerBound) / Duration.microseconds(1)
        guard spread >= 1 else { return range.lowerBound }
        return state.withLock {
            range.lowerBound + .microseconds(Int64.random(in: 0...Int64(spread), using: &$0.generator))
        }
    }

    /// Does something after a span of virtual time.
    @discardableResult
    package func after(_ span: Duration, _ action: @escaping @Sendable () -> Void) -> Timer {
        state.withLock { state in
            state.timersMade += 1
            state.alarms.insert(Alarm(time: state.now + max(span, .zero), number: state.timersMade))
            state.actions[state.timersMade] = action
            return Timer(number: state.timersMade)
        }
    }

    package func cancel(_ timer: Timer) {
        state.withLock { $0.actions[timer.number] = nil }
    }

    // MARK: Running

    /// Lets a span of virtual time pass.
    package func run(for span: Duration) throws(SimulationProblem) {
        let end = now + span
        try drain()
        while try step(until: end) {}
        state.withLock { $0.now = end }
    }

    /// Lets time pass until something is so.
    ///
    /// - Parameter limit: the longest it may take.
    package func run(
        atMost limit: Duration = .seconds(3600), until isSo: () -> Bool
    ) throws(SimulationProblem) {
        let end = now + limit
        try drain()
        while !isSo() {
            if try step(until: end) { continue }
            let (waiting, isDeadlock) = state.withLock { state in
                (state.processes.filter(\.isRunning).map(\.name), state.actions.isEmpty)
            }
            throw isDeadlock ? .deadlock(waiting: waiting) : .tooLate(waiting: waiting)
        }
    }

    /// Cancels what still runs, and waits for it.
    package func finish() throws(SimulationProblem) {
        let processes = state.withLock { $0.processes }
        for process in processes { process.endForGood() }
        let patience = Duration.seconds(120)
        try run(atMost: patience) { processes.allSatisfy { !$0.isRunning } }
        state.withLock { state in
            state.processes = []
            state.actions = [:]
        }
    }

    /// - Returns: false when nothing happens before `end`.
    private func step(until end: Duration) throws(SimulationProblem) -> Bool {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            while let alarm = state.alarms.min {
                guard let action = state.actions[alarm.number] else {
                    state.alarms.removeMin()
                    continue
                }
                guard alarm.time <= end else { return nil }
                state.alarms.removeMin()
                state.actions[alarm.number] = nil
                if alarm.time > state.now { state.jobsAtOnce = 0 }
                state.now = alarm.time
                return action
            }
            return nil
        }
        guard let action else { return false }
        action()
        try drain()
        return true
    }

    /// Runs tasks until all of them wait.
    private func drain() throws(SimulationProblem) {
        while let next = takeReady() {
            next.process.run(next.job)
            let isSpinning = state.withLock { state in
                guard state.jobsAtOnce > mostJobsAtOnce else { return false }
                state.jobsAtOnce = 0
                return true
            }
            if isSpinning { throw .spin(next.process.name) }
        }
    }

    private func takeReady() -> ReadyJob? {
        state.withLock { state in
            guard !state.ready.isEmpty else { return nil }
            let place = Int.random(in: state.ready.indices, using: &state.generator)
            state.ready.swapAt(place, state.ready.count - 1)
            state.jobsAtOnce += 1
            return state.ready.removeLast()
        }
    }

    // MARK: For processes

    func add(_ process: SimulatedProcess) { state.withLock { $0.processes.append(process) } }

    func add(_ jobs: [ReadyJob]) { state.withLock { $0.ready += jobs } }

    /// Takes back what a process could have run.
    func takeJobs(of process: SimulatedProcess) -> [ReadyJob] {
        state.withLock { state in
            let taken = state.ready.filter { $0.process === process }
            state.ready.removeAll { $0.process === process }
            return taken
        }
    }
}

/// Why a simulation cannot go on.
package enum SimulationProblem: Error, Equatable, CustomStringConvertible {
    /// No timer is left that could wake the processes that still run.
    case deadlock(waiting: [String])
    case tooLate(waiting: [String])
    /// A process runs and runs and no time passes.
    case spin(String)

    package var description: String {
        switch self {
        case .deadlock(let names): "deadlock: nothing is left to wake \(names.joined(separator: ", "))"
        case .tooLate(let names):
            "what was waited for did not happen in time; running: \(names.joined(separator: ", "))"
        case .spin(let name): "\(name) spins: it never waits for time to pass"
        }
    }
}
