import GitHubApps
import HTTPTransport
import Testing
import TokenRefresh

@Suite("The time at GitHub")
struct ServerTimeTests {
    @Test("is the date of any answer at all", arguments: [200, 401, 404, 503])
    func date(_ status: Int) async {
        let gitHub = RecordedGitHub(.status(status, "x", [("date", "Fri, 02 Jan 2026 15:04:05 GMT")]))
        #expect(await ServerTime.ask(.gitHub, by: gitHub, agent: "kelos-token/1.0") == noon)
        #expect(gitHub.requests.map(\.url) == ["https://api.github.com/zen"])
        #expect(gitHub.requests[0].fields.map(\.name) == ["accept", "user-agent"])
    }

    @Test("is unknown without an answer, and without a date in it")
    func unknown() async {
        let gitHub = RecordedGitHub(.failure(TransportError(.timedOut, "late")), .status(200))
        #expect(await ServerTime.ask(.gitHub, by: gitHub, agent: "a") == nil)
        #expect(await ServerTime.ask(.gitHub, by: gitHub, agent: "a") == nil)
    }
}
