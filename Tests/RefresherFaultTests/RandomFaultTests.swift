import PodManifests
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
        arguments: UInt64(1)...8)
    func day(seed: UInt64) throws {
        let stage = try Stage(seed: seed)
        stage.sandbox.gitHubSkew = .seconds(stage.chance(in: -300...300))
        try stage.addWorkspace()
        for number in 0..<3 { try stage.addTask("t\(number)", lifeLeft: .seconds(stage.chance(in: 600...3500))) }
        for number in 0..<4 { try stage.addSecret("s\(number)", lifeLeft: .seconds(stage.chance(in: 600...3500))) }
        var worker = try stage.startWorker("worker-1")
        var story: [(time: Duration, what: Trouble, seconds: Int)] = []
        while stage.simulation.now < .seconds(86_400) {
            try stage.run(for: .seconds(stage.chance(in: 300...900)))
            let trouble = Trouble.allCases[stage.chance(in: 0...Trouble.allCases.count - 1)]
            let seconds = stage.chance(in: 1...100)
            story.append((stage.simulation.now, trouble, seconds))
            try trouble.begin(stage, &worker)
            try stage.run(for: .seconds(seconds))
            try trouble.end(stage, &worker)
        }
        try stage.run(for: .seconds(300))
        for name in try names(stage) {
            let writes = stage.writes(name)
            for write in writes {
                let before = story.filter { $0.time < write.time && $0.time > write.time - .seconds(1500) }
                // Due 330 seconds before the end at the latest; 100 are trouble, and 40 the wait and the try after it.
                let least = before.contains(where: \.what.isPermanent) ? Duration.seconds(15) : .seconds(180)
                guard let left = write.lifeLeft, left < least else { continue }
                Issue.record("seed \(seed), \(name) at \(write.time): \(left) left after \(before)")
            }
            #expect((24...60).contains(writes.count), "seed \(seed), \(name): \(writes.count)")
            #expect(try #require(stage.lifeLeft(name)) > .seconds(180), "seed \(seed)")
        }
        #expect(stage.mintRequests().count <= 7 * 27 + 8 * story.count, "seed \(seed)")
        #expect(stage.sandbox.log.mostRequests(within: .seconds(60), where: \.isMint) <= 40, "seed \(seed)")
        #expect(stage.sandbox.log.mostRequests(within: .seconds(60)) { _ in true } <= 200, "seed \(seed)")
        try stage.finish()
    }

    @Test(
        "in an hour of it with two replicas there is one leader at most, and each token is replaced in time",
        arguments: UInt64(1)...3)
    func pair(seed: UInt64) throws {
        // Tokens of a quarter of an hour, so that an hour has many.
        let stage = try Stage(seed: seed) { $0.gitHub.tokenSeconds = 900 }
        for number in 0..<5 { try stage.addSecret("s\(number)", lifeLeft: .seconds(stage.chance(in: 400...900))) }
        var workers = [try stage.startReplica("first-1"), try stage.startReplica("second-1")]
        let troubles = Trouble.allCases.filter { !$0.isPermanent }
        func pass(_ seconds: Int) throws {
            for _ in 0..<seconds {
                try stage.run(for: .seconds(1))
                #expect(workers.count { $0.refresher.isLeading && !$0.process.isDead } <= 1, "seed \(seed)")
            }
        }
        while stage.simulation.now < .seconds(3600) {
            try pass(stage.chance(in: 60...200))
            let victim = stage.chance(in: 0...1)
            let trouble = troubles[stage.chance(in: 0...troubles.count - 1)]
            try trouble.begin(stage, &workers[victim])
            try pass(stage.chance(in: 1...40))
            try trouble.end(stage, &workers[victim])
        }
        try pass(120)
        for name in try names(stage) {
            // Due 330 seconds before the end at the latest; 40 are trouble, 17 the takeover and 40 the next try.
            #expect(try #require(stage.sandbox.audit.leastLife(of: "default/\(name)")) >= .seconds(230), "seed \(seed)")
            #expect((6...16).contains(stage.writes(name).count), "seed \(seed), \(stage.writes(name).count)")
        }
        #expect(stage.sandbox.log.mostRequests(within: .seconds(60), where: \.isMint) <= 25, "seed \(seed)")
        try stage.finish()
    }
}
