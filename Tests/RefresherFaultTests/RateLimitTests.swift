import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("GitHub's rate limits (rows 62, 63 and 68)", .onSimulationThread)
struct RateLimitTests {
    private static let minute = Duration.seconds(60)

    private func limitPrimarily(_ stage: Stage, until reset: Int64) {
        stage.sandbox.spoilGitHub {
            ($0.path, $0.status, $0.message) = ("/access_tokens", 403, "API rate limit exceeded")
            $0.fields = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "\(reset)")]
        }
    }

    @Test("row 62: nobody asks for that App again before the reset, and then each gets its token")
    func primary() throws {
        let stage = try Stage(seed: 62)
        for number in 0..<10 { try stage.addSecret("s\(number)", lifeLeft: .seconds(3300 + 60 * number)) }
        limitPrimarily(stage, until: stage.unixSeconds + 2400)
        try stage.startWorker { $0.policy = RefreshPolicy(margin: .seconds(3240), jitter: .seconds(10)) }
        try stage.run(for: .seconds(2398))
        #expect(stage.mintRequests().count == 1)
        stage.sandbox.mendGitHub()
        try stage.run(for: .seconds(10))
        #expect(stage.mintRequests().count == 11)
        for number in 0..<10 { #expect(stage.writes("s\(number)").count == 1) }
        try stage.finish()
    }

    @Test("row 62: a limit that outlives the token leaves room for one try before its end, and is kept to after it")
    func primaryBeyondExpiry() throws {
        let stage = try Stage(seed: 62)
        try stage.addSecret("a", lifeLeft: .seconds(300))
        limitPrimarily(stage, until: stage.unixSeconds + 2400)
        try stage.startWorker()
        try stage.run(for: .seconds(2398))
        let times = stage.mintRequests().map { $0.time.components.seconds }
        // At once, ten seconds before the end, five before it, and at it.
        #expect(times.count == 4)
        #expect(times.first == 0 && times.dropFirst().allSatisfy { (289...301).contains($0) }, "\(times)")
        stage.sandbox.mendGitHub()
        try stage.run(atMost: .seconds(5), until: { stage.writes("a").count == 1 })
        try stage.finish()
    }

    @Test("row 63: a secondary limit is waited for as long as it says")
    func secondaryTold() throws {
        let stage = try Stage(seed: 63)
        try stage.addSecret("a", lifeLeft: .seconds(3000))
        stage.sandbox.spoilGitHub(count: 3) {
            ($0.path, $0.status) = ("/access_tokens", 403)
            $0.message = "You have exceeded a secondary rate limit"
            $0.fields = [("retry-after", "45")]
        }
        try stage.startWorker { $0.policy = RefreshPolicy(margin: .seconds(3240)) }
        try stage.run(for: .seconds(200))
        #expect(gaps(stage) == [45, 45, 45])
        #expect(stage.writes("a").count == 1)
        try stage.finish()
    }

    @Test("row 63: one that says nothing is waited for a minute, then twice as long each time, up to 15 minutes")
    func secondaryUntold() throws {
        let stage = try Stage(seed: 63)
        try stage.addSecret("a", lifeLeft: .seconds(3590))
        stage.sandbox.spoilGitHub(count: 6) {
            ($0.path, $0.status) = ("/access_tokens", 429)
            $0.message = "You have exceeded a secondary rate limit"
        }
        try stage.startWorker { $0.policy = RefreshPolicy(margin: .seconds(3590)) }
        try stage.run(atMost: .seconds(3500), until: { !stage.writes("a").isEmpty })
        #expect(gaps(stage) == [60, 120, 240, 480, 900, 900])
        try stage.finish()
    }

    /// Whole seconds between mint requests.
    private func gaps(_ stage: Stage) -> [Int64] {
        let times = stage.mintRequests().map(\.time)
        return zip(times, times.dropFirst()).map { ($1 - $0).components.seconds }
    }

    @Test(
        "rows 63, 68: 500 installations at start get their tokens within three minutes, never 180 in one, all at first try"
    )
    func manyInstallations() throws {
        let count = 500
        let stage = try Stage(seed: 68, installations: count)
        for number in 0..<count {
            try stage.addSource("source-\(number)", installation: Stage.firstInstallation + number)
            try stage.addSecret("s\(number)", source: "source-\(number)")
        }
        try stage.startWorker()
        try stage.run(for: .seconds(180))
        #expect(stage.mintRequests().map(\.status) == Array(repeating: 201, count: count))
        #expect(stage.sandbox.log.mostRequests(within: Self.minute, where: \.isMint) <= 180)
        // The burst and three a second.
        #expect(stage.sandbox.log.mostRequests(within: .seconds(1), where: \.isMint) <= 9)
        // An hour later they come as spread as they were.
        try stage.run(for: .seconds(3600))
        #expect(stage.mintRequests().count == 2 * count)
        #expect(stage.mintRequests().allSatisfy { $0.status == 201 })
        #expect(stage.sandbox.log.mostRequests(within: Self.minute, where: \.isMint) <= 180)
        for number in 0..<count {
            #expect(try #require(stage.sandbox.audit.leastLife(of: "default/s\(number)")) >= .seconds(120))
        }
        try stage.finish()
    }

    @Test(
        "row 63: 200 Apps with limits of their own, and a GitHub that takes nine seconds, are never over 40 requests at once"
    )
    func manyApps() throws {
        let count = 200
        let stage = try Stage(seed: 63)
        for number in 0..<count {
            try stage.addApp(Stage.app + 1 + number, source: "source-\(number)")
            try stage.addSecret("s\(number)", source: "source-\(number)")
        }
        stage.sandbox.spoilGitHub { $0.delayMilliseconds = 9000 }
        try stage.startWorker { $0.verifiesTokens = false }
        try stage.run(for: .seconds(60))
        #expect((30...40).contains(stage.sandbox.log.mostRequests(within: .seconds(9), where: \.isMint)))
        for number in 0..<count { #expect(stage.writes("s\(number)").count == 1) }
        try stage.finish()
    }

    @Test("row 63: with 500 tokens that end in the same minute none expires, the first to end going first")
    func manyAtOnce() throws {
        let count = 500
        let stage = try Stage(seed: 63)
        for number in 0..<count { try stage.addSecret("s\(number)", lifeLeft: .seconds(300 + number % 60)) }
        try stage.startWorker()
        try stage.run(for: .seconds(300))
        #expect(stage.mintRequests().map(\.status) == Array(repeating: 201, count: count))
        for number in 0..<count { #expect(try #require(stage.writes("s\(number)").first?.lifeLeft) > .seconds(60)) }
        try stage.finish()
    }
}
