import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("GitHub's faults (rows 60, 64, 66 and 67)", .onSimulationThread)
struct GitHubFaultTests {
    @Test("row 60: tokens of both forms are stored byte for byte", arguments: [true, false])
    func formats(isLong: Bool) throws {
        let stage = try Stage(seed: 60) { $0.gitHub.format = isLong ? .long : .short }
        try stage.addSecret("a", lifeLeft: .seconds(100))
        try stage.startWorker()
        try stage.run(for: .seconds(20_000))
        // The audit knows each token as GitHub gave it.
        #expect(stage.writes("a").count == 7)
        for write in stage.writes("a") { #expect((isLong ? 500...530 : 40...40).contains(write.token.utf8.count)) }
        try stage.finish()
    }

    enum Spoilt: String, CaseIterable {
        case serverError, badGateway, gatewayTimeout, silence, reset, cutAndReset, cutAndSilence, late, huge, truncated
        case page, wrongStatus, redirect, empty

        func apply(_ fault: inout Fault) {
            fault.path = "/access_tokens"
            switch self {
            case .serverError: fault.status = 500
            case .badGateway: (fault.status, fault.contentType, fault.body) = (502, "text/html", "<h1>Bad gateway</h1>")
            case .gatewayTimeout: fault.status = 504
            case .silence: fault.ending = .stall
            case .reset: fault.ending = .abort
            case .cutAndReset: (fault.cut, fault.ending) = (50, .abort)
            case .cutAndSilence: (fault.cut, fault.ending) = (50, .stall)
            case .late: fault.delayMilliseconds = 60_000
            case .huge: fault.body = String(repeating: " ", count: 3 << 20)
            case .truncated: fault.cut = 50
            case .page: (fault.contentType, fault.body) = ("text/html", "<html></html>")
            case .wrongStatus:
                (fault.status, fault.body) = (200, #"{"token":"ghs_a","expires_at":"2030-01-01T00:00:00Z"}"#)
            case .redirect: (fault.status, fault.fields) = (302, [("location", "https://elsewhere.test/")])
            case .empty: fault.body = ""
            }
        }
    }

    @Test(
        "row 64: an answer that cannot be used costs a wait of half a minute, and the old token stays meanwhile",
        arguments: Spoilt.allCases)
    func spoilt(spoilt: Spoilt) throws {
        let stage = try Stage(seed: 64)
        try stage.addSecret("a", lifeLeft: .seconds(295))
        stage.sandbox.spoilGitHub(count: 3) { spoilt.apply(&$0) }
        let worker = try stage.startWorker()
        try stage.run(for: .seconds(59))
        #expect(stage.token("a") == "first-of-a")
        try stage.run(for: .seconds(66))
        #expect(stage.mintRequests().count == 4)
        #expect(stage.writes("a").count == 1)
        #expect(worker.notices.failures("a").map(\.failure.failureClass) == [.transient, .transient, .transient])
        #expect(stage.sandbox.log.requests { $0.host.hasPrefix("elsewhere") }.isEmpty)
        try stage.finish()
    }

    enum BadExpiry: String, CaseIterable {
        case missing, past, badZone, empty, number

        func text(now: Int64) -> String {
            switch self {
            case .missing: ""
            case .past: #","expires_at":"\#(SandboxEnvironment.timestamp(now - 1))""#
            case .badZone: #","expires_at":"\#(SandboxEnvironment.timestamp(now + 3600).dropLast())+99:00""#
            case .empty: #","expires_at":"""#
            case .number: #","expires_at":\#(now + 3600)"#
            }
        }
    }

    @Test(
        "row 66: a token whose end is not told is not taken, and asked for again as after any failure",
        arguments: BadExpiry.allCases)
    func badExpiry(bad: BadExpiry) throws {
        let stage = try Stage(seed: 66)
        try stage.addSecret("a", lifeLeft: .seconds(290))
        let text = bad.text(now: stage.unixSeconds)
        stage.sandbox.spoilGitHub(count: 3) {
            ($0.path, $0.status, $0.body) = ("/access_tokens", 201, #"{"token":"ghs_bad"\#(text)}"#)
        }
        try stage.startWorker()
        try stage.run(for: .seconds(89))
        #expect(stage.token("a") == "first-of-a")
        #expect(stage.mintRequests().count == 3)
        try stage.run(for: .seconds(5))
        #expect(stage.writes("a").count == 1)
        try stage.finish()
    }

    @Test(
        "row 66: a life of eight hours is taken for one, and one of a minute is used to three quarters at most",
        arguments: [(28_800, 6, 7...7), (60, 1, 80...270)])
    func oddLife(seconds: Int64, hours: Int, mints: ClosedRange<Int>) throws {
        let stage = try Stage(seed: 66) { $0.gitHub.tokenSeconds = seconds }
        try stage.addSecret("a", lifeLeft: .seconds(30))
        try stage.startWorker()
        try stage.run(for: .seconds(hours * 3600))
        #expect(mints.contains(stage.mintRequests().count), "\(stage.mintRequests().count)")
        #expect(try #require(stage.sandbox.audit.leastLife(of: "default/a")) >= .seconds(29))
        try stage.finish()
    }

    @Test("row 67: a token that is not known everywhere for five seconds is tried until it is", arguments: Int64(1)...5)
    func activation(seconds: Int64) throws {
        let stage = try Stage(seed: 67) { $0.gitHub.activationSeconds = seconds }
        try stage.addSecret("a", lifeLeft: .seconds(290))
        try stage.startWorker()
        try stage.run(for: .milliseconds(500))
        #expect(stage.token("a") == "first-of-a")
        try stage.run(for: .seconds(9))
        #expect(stage.writes("a").count == 1)
        #expect(stage.mintRequests().count == 1)
        try stage.finish()
    }
}
