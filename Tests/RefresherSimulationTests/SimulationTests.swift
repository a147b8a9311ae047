import RefresherSimulation
import Synchronization
import Testing

/// Lines that processes write, in order.
final class Notes: Sendable {
    private let state = Mutex<[String]>([])
    var lines: [String] { state.withLock { $0 } }
    func add(_ line: String) { state.withLock { $0.append(line) } }
}

@Suite("Virtual time")
struct SimulationTests {
    private let simulation = Simulation(seed: 7)
    private let notes = Notes()

    @Test("tasks sleep for exact times, and hours pass at once")
    func sleeping() throws {
        let process = SimulatedProcess("a", in: simulation)
        let clock = VirtualClock(simulation)
        process.start { [notes, simulation] in
            await withTaskGroup { group in
                for hours in [3, 1, 2] {
                    group.addTask {
                        try? await clock.pause(for: .seconds(3600 * hours))
                        notes.add("\(simulation.now)")
                    }
                }
            }
        }
        try simulation.run(for: .seconds(7200))
        #expect(notes.lines == ["3600.0 seconds", "7200.0 seconds"])
        #expect(process.isRunning)
        try simulation.run(until: { !process.isRunning })
        #expect(simulation.now == .seconds(10_800))
    }

    @Test("a clock runs at its own rate, and a step of the wall clock leaves the other alone")
    func clocks() throws {
        let clock = VirtualClock(simulation, offset: .seconds(-5), rate: 1.5)
        let start = clock.now()
        try simulation.run(for: .seconds(100))
        #expect(clock.now() - start == .seconds(150))
        #expect(clock.unixTime() == Simulation.epoch + .seconds(145))
        clock.step(by: .seconds(86_400))
        #expect(clock.now() - start == .seconds(150))
        #expect(clock.unixTime() == Simulation.epoch + .seconds(86_545))
    }

    @Test("a pause ends when its task is cancelled")
    func cancelling() throws {
        let process = SimulatedProcess("a", in: simulation)
        let clock = VirtualClock(simulation)
        process.start { [notes, simulation] in
            do throws(CancellationError) {
                try await clock.pause(for: .seconds(60))
            } catch {
                notes.add("cancelled at \(simulation.now)")
            }
        }
        try simulation.run(for: .seconds(10))
        process.cancel()
        try simulation.finish()
        #expect(notes.lines == ["cancelled at 10.0 seconds"])
    }

    @Test("a process that is frozen goes on where it was, and a killed one never")
    func stopping() throws {
        let processes = ["frozen", "killed"].map { SimulatedProcess($0, in: simulation) }
        for process in processes {
            let clock = VirtualClock(simulation)
            process.start { [notes, simulation] in
                for _ in 0..<3 where !process.isDead {
                    try? await clock.pause(for: .seconds(10))
                    if !process.isDead { notes.add("\(process.name) \(simulation.now)") }
                }
            }
        }
        try simulation.run(for: .seconds(15))
        processes[0].freeze()
        processes[1].kill()
        try simulation.run(for: .seconds(30))
        #expect(notes.lines.sorted() == ["frozen 10.0 seconds", "killed 10.0 seconds"])
        processes[0].thaw()
        processes[1].thaw()
        try simulation.run(for: .seconds(60))
        #expect(notes.lines.dropFirst(2) == ["frozen 45.0 seconds", "frozen 55.0 seconds"])
        try simulation.finish()
        #expect(processes.allSatisfy { !$0.isRunning })
    }

    @Test("a run that nothing can wake is a deadlock, and names who waits")
    func deadlock() throws {
        let process = SimulatedProcess("stuck", in: simulation)
        process.start {
            let never = AsyncStream<Void>.makeStream()
            for await _ in never.stream {}
        }
        #expect(throws: SimulationProblem.deadlock(waiting: ["stuck"])) {
            try simulation.run(until: { !process.isRunning })
        }
        try simulation.finish()
    }

    @Test("what does not happen in time is a problem too")
    func tooLate() throws {
        let process = SimulatedProcess("slow", in: simulation)
        let clock = VirtualClock(simulation)
        process.start { try? await clock.pause(for: .seconds(601)) }
        #expect(throws: SimulationProblem.tooLate(waiting: ["slow"])) {
            try simulation.run(atMost: .seconds(600), until: { !process.isRunning })
        }
        try simulation.finish()
    }

    @Test("a process that never lets time pass is told of")
    func spinning() throws {
        let simulation = Simulation(mostJobsAtOnce: 1000)
        let process = SimulatedProcess("spinner", in: simulation)
        let clock = VirtualClock(simulation)
        process.start {
            while !Task.isCancelled { try? await clock.pause(for: .zero) }
        }
        #expect(throws: SimulationProblem.spin("spinner")) { try simulation.run(for: .seconds(1)) }
        try simulation.finish()
    }
}
