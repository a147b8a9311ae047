import RefresherSimulation
import Testing

@Suite("Clocks that are wrong (rows 70 and 71)", .onSimulationThread)
struct ClockTests {
    private static let day = 86_400

    @Test(
        "row 70: a worker whose clock is wrong keeps to GitHub's time",
        arguments: [-day, -3600, -300, -61, -59, 59, 61, 300, 3600, day])
    func wrongFromTheStart(offset: Int) throws {
        let stage = try Stage(seed: 70)
        try stage.addSecret("a", lifeLeft: .seconds(2000))
        try stage.addSecret("b")
        try stage.startWorker(offset: .seconds(offset))
        try stage.run(for: .seconds(12 * 3600))
        for name in ["a", "b"] {
            let lives = stage.writes(name).compactMap(\.lifeLeft)
            #expect(lives.count >= 12)
            #expect(lives.allSatisfy { $0 >= .seconds(295) }, "\(name): \(lives)")
            // At most the first is early, minted before anybody told the time.
            #expect(lives.dropFirst().allSatisfy { $0 <= .seconds(425) }, "\(name): \(lives)")
        }
        try expectFewRefusals(stage, steps: 1)
        try stage.finish()
    }

    @Test(
        "row 70: a clock that steps while the worker runs makes no token late or early",
        arguments: [-day, -300, 300, day])
    func stepping(step: Int) throws {
        let stage = try Stage(seed: 70)
        for number in 0..<5 { try stage.addSecret("s\(number)", lifeLeft: .seconds(1000 + 600 * number)) }
        let worker = try stage.startWorker()
        for round in 0..<6 {
            try stage.run(for: .seconds(5000))
            worker.replica.clock.step(by: .seconds(round % 2 == 0 ? step : -step))
        }
        try stage.run(for: .seconds(5000))
        for number in 0..<5 {
            let lives = stage.writes("s\(number)").compactMap(\.lifeLeft)
            #expect(lives.count >= 9)
            #expect(lives.allSatisfy { (.seconds(295)...Duration.seconds(425)).contains($0) }, "\(lives)")
        }
        try expectFewRefusals(stage, steps: 6)
        try stage.finish()
    }

    @Test("row 70: GitHub's own clock may differ from everybody's", arguments: [-day, -300, 300, day])
    func gitHubDiffers(skew: Int) throws {
        let stage = try Stage(seed: 70)
        stage.sandbox.gitHubSkew = .seconds(skew)
        try stage.addSecret("a")
        try stage.startWorker()
        try stage.run(for: .seconds(12 * 3600))
        let lives = stage.writes("a").compactMap(\.lifeLeft)
        #expect(lives.count >= 12)
        #expect(lives.allSatisfy { (.seconds(295)...Duration.seconds(425)).contains($0) }, "\(lives)")
        try expectFewRefusals(stage, steps: 1)
        try stage.finish()
    }

    /// A JWT of the wrong time is refused once and made anew with GitHub's time; what was learnt is kept.
    private func expectFewRefusals(_ stage: Stage, steps: Int) throws {
        let refused = stage.mintRequests().count { $0.status == 401 }
        // Those under way at the same moment learn at the same time.
        #expect(refused <= steps * 2, "\(refused)")
        let times = stage.mintRequests().filter { $0.status == 401 }.map(\.time)
        for time in times {
            let next = stage.mintRequests(in: time..<time + .seconds(1)).dropFirst()
            #expect(next.contains { $0.status == 201 })
        }
    }

    @Test(
        "row 71: a step of the wall clock does not move what is planned by two seconds",
        arguments: [-day, -300, 300, day])
    func timersSurvive(step: Int) throws {
        func times(stepping: Bool) throws -> [Duration] {
            let stage = try Stage(seed: 71)
            for number in 0..<5 { try stage.addSecret("s\(number)", lifeLeft: .seconds(1000 + 300 * number)) }
            let worker = try stage.startWorker()
            try stage.run(for: .seconds(60))
            if stepping { worker.replica.clock.step(by: .seconds(step)) }
            try stage.run(for: .seconds(2500))
            try stage.finish()
            return (0..<5).compactMap { stage.writes("s\($0)").first?.time }
        }
        let (plain, stepped) = (try times(stepping: false), try times(stepping: true))
        #expect(plain.count == 5 && stepped.count == 5)
        for (plain, stepped) in zip(plain, stepped) {
            #expect(max(plain - stepped, stepped - plain) <= .seconds(2))
        }
    }
}
