import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("Outages of GitHub (row 65)", .onSimulationThread)
struct GitHubOutageTests {
    @Test("row 65: an outage that ends before the token does loses nothing")
    func outageBeforeExpiry() throws {
        let stage = try Stage(seed: 65)
        try stage.addSecret("a", lifeLeft: .seconds(1600))
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(10))
        worker.replica.gitHubLink.condition = .refused
        try stage.run(for: .seconds(1500))
        #expect(stage.mintRequests().count <= 16)
        worker.replica.gitHubLink.condition = .up
        try stage.run(for: .seconds(35))
        #expect(try #require(stage.writes("a").first?.lifeLeft) >= .seconds(55))
        try stage.finish()
    }

    @Test("row 65: with a margin of half the life, 25 minutes of outage leave no Secret with less than five minutes")
    func outageWithinMargin() throws {
        let stage = try Stage(seed: 65)
        for number in 0..<10 { try stage.addSecret("s\(number)", lifeLeft: .seconds(1850 + 10 * number)) }
        let worker = try stage.startWorker { $0.policy = RefreshPolicy(margin: .seconds(1835), jitter: .zero) }
        try stage.run(for: .seconds(5))
        worker.replica.gitHubLink.condition = .refused
        try stage.run(for: .seconds(1500))
        worker.replica.gitHubLink.condition = .up
        try stage.run(for: .seconds(35))
        for number in 0..<10 { #expect(try #require(stage.writes("s\(number)").first?.lifeLeft) >= .seconds(300)) }
        try stage.finish()
    }

    @Test("a GitHub Enterprise Server that does not answer keeps nobody waiting for github.com, and is called seldom")
    func silentServer() throws {
        let stage = try Stage(seed: 65)
        let server = "ghes.test"
        for app in 0..<12 {
            try stage.addApp(Stage.app + 1 + app, source: "app-\(app)")
            for number in 0..<10 {
                try stage.addSecret(
                    "silent-\(app)-\(number)", source: "app-\(app)",
                    annotations: [RefreshAnnotation.apiURL: "https://\(server)/api/v3"])
            }
        }
        let worker = try stage.startWorker {
            $0.endpoints = EndpointChoice(standard: .gitHub, trusted: try TrustedHosts(api: .gitHub, hosts: [server]))
        }
        worker.replica.transport.link(to: server).condition = .silent
        try stage.run(for: .seconds(5))
        for number in 0..<12 { try stage.addSecret("a\(number)") }
        try stage.run(for: .seconds(5))
        for number in 0..<12 { #expect(stage.writes("a\(number)").count == 1) }
        try stage.run(for: .seconds(20))
        let start = stage.simulation.now
        try stage.run(for: .seconds(60))
        // Two at once, ten seconds each.
        let calls = stage.sandbox.log.requests(in: start..<stage.simulation.now) { $0.host == server }.count
        #expect((6...14).contains(calls))
        try stage.finish()
    }

    @Test("an outage of six hours is asked about twice a minute, and over half a minute after its end")
    func longOutage() throws {
        let stage = try Stage(seed: 65)
        try stage.addSecret("a", lifeLeft: .seconds(600))
        stage.sandbox.spoilGitHub { $0.status = 503 }
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(6 * 3600))
        #expect(stage.sandbox.log.mostRequests(within: .seconds(3600), where: \.isMint) <= 121 + 8)
        #expect(stage.sandbox.log.mostRequests(within: .seconds(60), where: \.isMint) <= 10)
        // Told every half hour, not every half minute.
        #expect(try stage.events(.refreshFailed).count <= 12)
        #expect(worker.notices.failures("a").allSatisfy { $0.retryAfter >= .seconds(1) })
        stage.sandbox.mendGitHub()
        try stage.run(atMost: .seconds(31), until: { stage.writes("a").count == 1 })
        try stage.finish()
    }
}
