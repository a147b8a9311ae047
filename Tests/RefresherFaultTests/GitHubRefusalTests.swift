import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("What GitHub refuses for good (rows 61 and 69)", .onSimulationThread)
struct GitHubRefusalTests {
    enum Refusal: String, CaseIterable {
        case badKey, unknownInstallation, wrongScope, suspended, widerAnswer

        var cause: RefreshFailure.Cause {
            switch self {
            case .badKey: .appUnauthorized
            case .unknownInstallation: .installationNotFound
            case .wrongScope: .invalidScope
            case .suspended: .installationSuspended
            case .widerAnswer: .widerThanAsked
            }
        }

        func begin(_ stage: Stage) throws {
            let gitHub = stage.sandbox.gitHub
            switch self {
            case .badKey: gitHub.register(try Stage.app(key: Stage.nextKey.get()))
            case .unknownInstallation: gitHub.register(try Stage.app(key: Stage.key.get(), installations: 0))
            case .wrongScope:
                gitHub.register(try Stage.app(key: Stage.key.get()) { $0.permissions = ["metadata": "read"] })
            case .suspended: gitHub.register(try Stage.app(key: Stage.key.get()) { $0.isSuspended = true })
            case .widerAnswer:
                let expiry = SandboxEnvironment.timestamp(stage.unixSeconds + 7200)
                stage.sandbox.spoilGitHub {
                    ($0.path, $0.status) = ("/access_tokens", 201)
                    $0.body = """
                        {"token":"ghs_wide","expires_at":"\(expiry)","permissions":{"contents":"admin","metadata":"read"}}
                        """
                }
            }
        }

        func end(_ stage: Stage) throws {
            stage.sandbox.mendGitHub()
            stage.sandbox.gitHub.register(try Stage.app(key: Stage.key.get()))
        }
    }

    @Test(
        "rows 61, 69: told of, tried every five minutes, the token left alone, and mended without a restart",
        arguments: Refusal.allCases)
    func permanent(refusal: Refusal) throws {
        let stage = try Stage(seed: 61)
        try stage.addSecret(
            "a", lifeLeft: .seconds(1000), annotations: [RefreshAnnotation.permissions: "contents=write"])
        try refusal.begin(stage)
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(3600))
        #expect(stage.token("a") == "first-of-a")
        let times = stage.mintRequests().map(\.time)
        // Due 300 to 420 seconds before the end, then every five minutes.
        #expect((9...11).contains(times.count))
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= .seconds(300)) }
        let failures = worker.notices.failures("a")
        #expect(failures.count == times.count)
        #expect(
            failures.allSatisfy { $0.failure.cause == refusal.cause && $0.isLatched && $0.retryAfter == .seconds(300) })
        // Told again when the API server is about to forget the first.
        #expect((1...2).contains(try stage.events(.refreshFailed).count))
        try refusal.end(stage)
        try stage.run(atMost: .seconds(303), until: { stage.token("a") != "first-of-a" })
        try stage.finish()
    }

    @Test("row 61: a latch opens at once when the App's Secret changes")
    func mendedKey() throws {
        let stage = try Stage(seed: 61)
        try stage.addSecret("a", lifeLeft: .seconds(200))
        stage.sandbox.gitHub.register(try Stage.app(key: Stage.nextKey.get()))
        try stage.startWorker()
        try stage.run(for: .seconds(30))
        #expect(stage.mintRequests().count == 1)
        try stage.rotateKeyInCluster()
        try stage.run(atMost: .seconds(3), until: { stage.writes("a").count == 1 })
        #expect(try #require(stage.writes("a").first?.lifeLeft) > .seconds(150))
        try stage.finish()
    }

    @Test("a suspended installation that is reopened gets its token within five minutes")
    func reopened() throws {
        let stage = try Stage(seed: 61)
        try stage.addSecret("a", lifeLeft: .seconds(3000))
        try stage.startWorker()
        try Refusal.suspended.begin(stage)
        try stage.run(for: .seconds(2700))
        try Refusal.suspended.end(stage)
        try stage.run(atMost: .seconds(302), until: { stage.writes("a").count == 1 })
        try stage.finish()
    }

    @Test("an App's key that is rotated is used before the token of the old one ends, while both are good")
    func rotatedKey() throws {
        let stage = try Stage(seed: 61)
        for number in 0..<10 { try stage.addSecret("s\(number)", lifeLeft: .seconds(200)) }
        try stage.startWorker()
        try stage.run(for: .seconds(60))
        #expect(stage.mintRequests().count == 10)
        stage.sandbox.gitHub.register(try Stage.app(key: Stage.nextKey.get()))
        try stage.rotateKeyInCluster()
        try stage.run(for: .seconds(123))
        #expect(stage.mintRequests().map(\.status) == Array(repeating: 201, count: 20))
        for number in 0..<10 { #expect(stage.writes("s\(number)").count == 2) }
        try stage.run(for: .seconds(3600))
        #expect(stage.mintRequests().count == 30)
        try stage.finish()
    }
}
