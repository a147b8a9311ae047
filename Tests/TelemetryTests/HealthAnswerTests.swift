import Telemetry
import Testing

@Suite("Probe answers")
struct HealthAnswerTests {
    private static let good = [HealthCheck("draining", isHealthy: true), HealthCheck("certificate", isHealthy: true)]
    private static let bad = [
        HealthCheck("draining", isHealthy: true), HealthCheck("certificate", isHealthy: false),
    ]

    private func answer(_ target: String, _ checks: [HealthCheck]) -> String? {
        HealthAnswer(target: target, root: "/readyz", checks: checks).map {
            "\($0.status) \(String(decoding: $0.body, as: UTF8.self))"
        }
    }

    @Test("are ok when all is well", arguments: ["/readyz", "/readyz/", "/readyz?", "/readyz?x=verbose"])
    func plain(target: String) {
        #expect(answer(target, Self.good) == "200 ok")
    }

    @Test("name every check on demand", arguments: ["/readyz?verbose", "/readyz/?a=b&verbose=1", "/readyz?%76erbose"])
    func verbose(target: String) {
        #expect(answer(target, Self.good) == "200 [+]certificate ok\n[+]draining ok\nhealthz check passed\n")
    }

    @Test("name every check on failure and withhold the reason")
    func failure() {
        #expect(
            answer("/readyz", Self.bad)
                == "500 [-]certificate failed: reason withheld\n[+]draining ok\nhealthz check failed\n")
    }

    @Test("leave out excluded checks")
    func exclusion() {
        #expect(answer("/readyz?exclude=certificate", Self.bad) == "200 ok")
        #expect(
            answer("/readyz?exclude=certificate&verbose", Self.bad)
                == "200 [+]certificate excluded: ok\n[+]draining ok\nhealthz check passed\n")
    }

    @Test("warn of exclusions that match nothing without repeating them")
    func unknownExclusion() {
        #expect(
            answer("/readyz?exclude=%3Cscript%3E&verbose", Self.good)
                == "200 [+]certificate ok\n[+]draining ok\n"
                + "warn: some health checks cannot be excluded: no matches for 1\nhealthz check passed\n")
        #expect(answer("/readyz?exclude=nothing", Self.good) == "200 ok")
    }

    @Test("tell about a single check")
    func single() {
        #expect(answer("/readyz/draining", Self.bad) == "200 ok")
        #expect(answer("/readyz/certificate?verbose", Self.bad) == "500 internal server error: reason withheld\n")
        #expect(answer("/readyz/nothing", Self.bad) == "404 404 page not found\n")
    }

    @Test("have a ping without checks")
    func ping() {
        #expect(answer("/readyz", []) == "200 ok")
        #expect(answer("/readyz?verbose", []) == "200 [+]ping ok\nhealthz check passed\n")
        #expect(answer("/readyz/ping", []) == "200 ok")
    }

    @Test("are absent for other paths", arguments: ["/readyzz", "/", "", "/healthz", "readyz", "/ready"])
    func otherPaths(target: String) {
        #expect(answer(target, Self.good) == nil)
    }

    @Test("survive malformed escapes", arguments: ["/readyz?exclude=%", "/readyz?exclude=%4", "/readyz?%zz&=&&=x"])
    func malformedQueries(target: String) {
        #expect(answer(target, Self.good) == "200 ok")
    }
}
