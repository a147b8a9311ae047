import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

/// Each seed is another day. One that fails is run again alone by putting it into the arguments; in another process that is
/// the same day only with `SWIFT_DETERMINISTIC_HASHING=1`.
@Suite("Whatever goes wrong for a minute or two", .onSimulationThread)
struct RandomFaultTests {
    private func names(_ stage: Stage) throws -> [String] {
        try stage.sandbox.objects("/api/v1/secrets").map(\.name).filter { $0 != Stage.source }
    }

    @Test(
        "in a day of it each token is replaced in time, nobody is hammered, and no update is lost",
        arguments: UInt64(1)...12)
    func day(seed: UInt64) throws {
        let stage = try Stage(seed: seed)
        stage.sandbox.gitHubSkew = .seconds(stage.chance(in: -300...300))
        try stage.addWorkspace()
        for number in 0..<3 { try stage.addTask("t\(number)", lifeLeft: .seconds(stage.chance(in: 600...3500))) }
        for number in 0..<4 { try stage.addSecret("s\(number)", lifeLeft: .seconds(stage.chance(in: 600...3500))) }
        var worker = try stage.startWorker("worker-1")
        var story: [(time: Duration, what: String)] = []
        while stage.simulation.now < .seconds(86_400) {
            try stage.run(for: .seconds(stage.chance(in: 300...900)))
            let trouble = Trouble.allCases[stage.chance(in: 0...Trouble.allCases.count - 1)]
            let seconds = stage.chance(in: 1...100)
            story.append((stage.simulation.now, "\(trouble) for \(seconds) s"))
            try trouble.begin(stage, &worker)
            try stage.run(for: .seconds(seconds))
            try trouble.end(stage, &worker)
        }
        try stage.run(for: .seconds(300))
        for name in try names(stage) {
            let writes = stage.writes(name)
            // Due 330 seconds before the end at the latest; 100 are trouble, and 40 the wait and the try after it.
            for write in writes where write.lifeLeft.map({ $0 < .seconds(180) }) ?? false {
                let before = story.filter { $0.time < write.time && $0.time > write.time - .seconds(1500) }
                Issue.record("seed \(seed), \(name) at \(write.time): \(write.lifeLeft ?? .zero) left after \(before)")
            }
            #expect((24...40).contains(writes.count), "seed \(seed), \(name): \(writes.count)")
            #expect(try #require(stage.lifeLeft(name)) > .seconds(180), "seed \(seed)")
        }
        #expect(stage.mintRequests().count <= 7 * 27 + 8 * story.count, "seed \(seed)")
        #expect(stage.sandbox.log.mostRequests(within: .seconds(60), where: \.isMint) <= 40, "seed \(seed)")
        #expect(stage.sandbox.log.mostRequests(within: .seconds(60)) { _ in true } <= 200, "seed \(seed)")
        try stage.finish()
    }
}
