import PodManifests
import Testing

@testable import InstallationCheck

@Suite("The report")
struct CheckReportTests {
    private let report = CheckReport([
        .ok(.apiServer, "it answers"),
        .warning(.secrets, "2 managed Secrets", mend: "look", details: ["a/b: 3m left", "c/d: 4m left"]),
        .failed(.leader, "nobody leads", mend: "start one"), .skipped(.pods, "not checked: no"),
    ])

    @Test("has a line for each link, its mend below it, and totals")
    func text() {
        #expect(
            report.text == """
                ok       api-server          it answers
                warning  secrets             2 managed Secrets
                                             - a/b: 3m left
                                             - c/d: 4m left
                                             mend: look
                failed   leader              nobody leads
                                             mend: start one
                skipped  pods                not checked: no

                1 ok, 1 warning, 1 failed, 1 skipped

                """)
    }

    @Test("has the same as JSON")
    func json() throws {
        let expected: ManifestValue = [
            "success": .bool(false), "totals": ["ok": "1", "warning": "1", "failed": "1", "skipped": "1"],
            "checks": [
                ["check": "api-server", "verdict": "ok", "message": "it answers"],
                [
                    "check": "secrets", "verdict": "warning", "message": "2 managed Secrets", "mend": "look",
                    "details": ["a/b: 3m left", "c/d: 4m left"],
                ],
                ["check": "leader", "verdict": "failed", "message": "nobody leads", "mend": "start one"],
                ["check": "pods", "verdict": "skipped", "message": "not checked: no"],
            ],
        ]
        var read = try ManifestValue(json: Array(report.json.utf8))
        for verdict in Verdict.allCases { read.set(path: ["totals", verdict.rawValue], .string("1")) }
        #expect(read == expected)
        #expect(report.json.contains("\"failed\": 1,"))
    }

    @Test("fails by a failure and by nothing else")
    func success() {
        #expect(report.hasFailed)
        #expect(!CheckReport([.ok(.pods, ""), .warning(.pods, "", mend: ""), .skipped(.pods, "")]).hasFailed)
    }

    @Test("shows twenty details of a link as text, and all of them as JSON")
    func manyDetails() {
        let report = CheckReport([.ok(.secrets, "many", details: (1...23).map { "detail \($0)." })])
        #expect(report.text.contains("- detail 20.\n") && !report.text.contains("detail 21."))
        #expect(report.text.contains("- and 3 more, see -o json\n"))
        #expect(report.json.contains("detail 23."))
        let twenty = CheckReport([.ok(.secrets, "many", details: (1...20).map { "detail \($0)." })])
        #expect(!twenty.text.contains("more, see"))
    }

    @Test("lets nothing of a cluster steer a terminal or fill it")
    func hostile() {
        let result = CheckResult.failed(
            .pods, "a\u{1B}[2Jb\nc\u{202E}d\u{2028}", mend: "\r", details: [String(repeating: "x", count: 5000)])
        #expect(result.message == "a?[2Jb?c?d?")
        #expect(result.mend == "?")
        #expect(result.details == [String(repeating: "x", count: 1000) + "…"])
    }

    @Test(
        "says spans by their two largest units",
        arguments: [
            (0, "0s"), (59, "59s"), (60, "1m 0s"), (3599, "59m 59s"), (3600, "1h 0m"), (86_399, "23h 59m"),
            (86_400, "1d 0h"), (-90, "1m 30s"), (31_535_999, "364d 23h"),
        ])
    func spans(seconds: Int, text: String) {
        #expect(Span.text(.seconds(seconds)) == text)
    }
}
