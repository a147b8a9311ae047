import GitHubApps
import HTTPTransport
import Testing
import TokenRefresh

@Suite struct FailureTests {
    private static let date = ("date", "Fri, 02 Jan 2026 15:04:05 GMT")

    @Test(
        "Answers are classed, and GitHub's wish to wait is read",
        arguments: [
            (401, "Bad credentials", [], .appUnauthorized, nil), (404, "Not Found", [], .installationNotFound, nil),
            (422, "There is at least one repository that does not exist", [], .invalidScope, nil),
            (403, "This installation has been suspended", [], .installationSuspended, nil),
            (403, "Resource not accessible by integration", [], .forbidden, nil), (410, "Gone", [], .refused, nil),
            (500, "", [], .serverError, nil), (502, "<html>", [], .serverError, nil),
            (503, "", [("retry-after", "7")], .serverError, 7), (408, "", [], .serverError, nil),
            (429, "", [], .secondaryLimit, nil), (429, "", [("retry-after", "30")], .secondaryLimit, 30),
            (
                403, "You have exceeded a secondary rate limit", [("x-ratelimit-remaining", "4000")], .secondaryLimit,
                nil
            ),
            (403, "", [("retry-after", "Fri, 02 Jan 2026 15:05:05 GMT"), date], .secondaryLimit, 60),
            (
                403, "API rate limit exceeded",
                [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1767368645"), date], .primaryLimit, 2400
            ),
            (429, "", [("x-ratelimit-remaining", "0"), ("retry-after", "9")], .primaryLimit, 9),
            (429, "", [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")], .primaryLimit, 0),
            (403, "", [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "-4")], .primaryLimit, nil),
        ] as [(Int, String, [(String, String)], RefreshFailure.Cause, Int?)])
    func classes(
        _ status: Int, _ message: String, _ fields: [(String, String)], _ cause: RefreshFailure.Cause, _ after: Int?
    ) async throws {
        let body = message.hasPrefix("<") ? message : #"{"message":"\#(message)","documentation_url":"x"}"#
        let result = try await mint(RecordedGitHub(.status(status, body, fields.map { (name: $0.0, value: $0.1) })))
        #expect(failure(result)?.cause == cause)
        #expect(failure(result)?.after == after.map { .seconds($0) })
    }

    @Test("The reset is counted from GitHub's own time, whatever the clock here says")
    func resetBySkewedClock() async throws {
        let fields = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1767368645"), Self.date]
        let answer = RecordedGitHub.Answer.status(403, "", fields.map { (name: $0.0, value: $0.1) })
        let result = try await mint(RecordedGitHub(answer), at: noon - .seconds(86_400))
        #expect(failure(result)?.after == .seconds(2400))
        #expect(result.rateLimit?.remaining == 0)
    }

    @Test("A message is one bounded line in which credentials are hidden")
    func message() async throws {
        let secret = "eyJhbGciOiJSUzI1NiJ9.canary"
        let text = #"bad\n\u0007 \#(secret) and ghs_canary, "# + String(repeating: "canary", count: 10)
        let result = try await mint(RecordedGitHub(.status(422, #"{"message":"\#(text)"}"#)))
        #expect(
            failure(result)?.message
                == "minting a token: GitHub answered 422: bad <redacted> and <redacted> <redacted>")
        let long = try await mint(
            RecordedGitHub(.status(500, #"{"message":"\#(String(repeating: "word ", count: 999))"}"#)))
        #expect((failure(long)?.message.utf8.count ?? 0) < 260)
    }

    @Test("A 401 and a 404 say what to look at")
    func hints() async throws {
        #expect(
            failure(try await mint(RecordedGitHub(.status(401))))?.message
                == "minting a token: GitHub answered 401 (is the private key that of this appID?)")
        #expect(
            failure(try await mint(RecordedGitHub(.status(404))))?.message
                == "minting a token: GitHub answered 404 (is installationID right, and the App still installed?)")
    }

    @Test("A transport that fails is transient", arguments: TransportError.Code.allCases)
    func transport(_ code: TransportError.Code) async throws {
        let result = try await mint(RecordedGitHub(.failure(TransportError(code, "cannot connect to api.github.com"))))
        #expect(failure(result)?.cause == .unreachable)
        #expect(failure(result)?.message == "minting a token: cannot connect to api.github.com")
    }

    @Test("A signer's failure is one of the source Secret, and no request is sent")
    func signer() async throws {
        struct Broken: Error, CustomStringConvertible { let description = "the private key is not an RSA key" }
        let gitHub = RecordedGitHub()
        let client = InstallationTokens(transport: gitHub, agent: "t", now: { noon }, pause: { _ in })
        let credentials = try AppCredentials(appID: Array("1".utf8), installationID: Array("2".utf8))
        let result = await client.mint(
            .init(credentials: credentials, signer: AppSigner { _ in throw Broken() }, api: .gitHub))
        #expect(failure(result) == RefreshFailure(.invalidSource, "the private key is not an RSA key"))
        #expect(gitHub.requests.isEmpty)
    }
}
