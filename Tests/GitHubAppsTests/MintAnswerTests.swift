import GitHubApps
import HTTPTransport
import Testing
import TokenRefresh

@Suite struct MintAnswerTests {
    @Test("Tokens of both formats come through byte for byte")
    func formats() async throws {
        let long = "ghs_12345_" + String(repeating: "aB3-_", count: 80) + "." + String(repeating: "x", count: 100)
        for text in [canaryToken, long, "v1.1f699f1069f60xxx", String(repeating: "t", count: 4096)] {
            #expect(token(try await mint(RecordedGitHub(.token(text))))?.token == SecretText(text))
        }
    }

    @Test(
        "An answer of 201 that holds no usable token never gives one",
        arguments: [
            "", "<html>", "{", "[]", "{}", #"{"token":""}"#, #"{"token":5,"expires_at":"2026-01-02T16:04:05Z"}"#,
            #"{"token":"ghs_canary"}"#, #"{"token":"ghs_canary","expires_at":null}"#,
            #"{"token":"ghs_canary","expires_at":"2026-01-02T15:00:00Z"}"#,
            #"{"token":"ghs_canary","expires_at":"2026-01-02T16:04:05"}"#,
            #"{"token":"ghs canary","expires_at":"2026-01-02T16:04:05Z"}"#,
            #"{"token":"ghs_canary\n","expires_at":"2026-01-02T16:04:05Z"}"#,
            #"{"token":"ghs_canäry","expires_at":"2026-01-02T16:04:05Z"}"#,
            #"{"token":"\#(String(repeating: "c", count: 4097))","expires_at":"2026-01-02T16:04:05Z"}"#,
        ])
    func unusable(_ body: String) async throws {
        let result = try await mint(RecordedGitHub(.status(201, body)))
        #expect(failure(result)?.cause == .unusableAnswer)
        #expect(failure(result)?.message.contains("can") == false)
    }

    @Test("Only 201 gives a token", arguments: [200, 202, 204, 301, 302, 307])
    func otherStatus(_ status: Int) async throws {
        let body = #"{"token":"ghs_canary","expires_at":"2026-01-02T16:04:05Z"}"#
        let result = try await mint(RecordedGitHub(.status(status, body, [("location", "https://evil.example.com")])))
        #expect(failure(result)?.cause == .unusableAnswer)
        #expect(failure(result)?.message == "minting a token: GitHub answered \(status)")
    }

    @Test("A life beyond reason is read by GitHub's clock and cut to an hour")
    func expiryByServerTime() async throws {
        let date = ("date", "Fri, 02 Jan 2026 15:04:05 GMT")
        let body = #"{"token":"ghs_canary","expires_at":"2026-01-02T23:04:05Z"}"#
        let ahead = try await mint(RecordedGitHub(.status(201, body, [date])), at: noon + .seconds(86_400))
        #expect(token(ahead)?.expiry == noon + .seconds(3600))
        #expect(ahead.serverTime == noon)
    }

    private let narrow = TokenScope(
        repositories: .named(["a", "B"]), permissions: ["contents": .write, "issues": .read])

    @Test(
        "A token that is as narrow as asked for, or narrower, is taken",
        arguments: [
            #""permissions":{"contents":"write","issues":"read","metadata":"read"},"repositories":[{"name":"A","id":1},{"name":"b"}]"#,
            #""permissions":{"contents":"read"},"repositories":[]"#,
        ])
    func narrowEnough(_ more: String) async throws {
        #expect(token(try await mint(RecordedGitHub(.token(more: "," + more)), scope: narrow)) != nil)
    }

    @Test(
        "A token that is wider than asked for is refused",
        arguments: [
            #""permissions":{"contents":"admin"},"repositories":[]"#,
            #""permissions":{"contents":"read","actions":"read"},"repositories":[]"#,
            #""permissions":{"metadata":"write"},"repositories":[]"#,
            #""permissions":{"contents":"everything"},"repositories":[]"#,
            #""permissions":{"contents":"read"},"repositories":[{"name":"a"},{"name":"c"}]"#,
            #""permissions":{"contents":"read"},"repositories":[{}]"#,
            #""permissions":{"contents":"read"}"#, #""permissions":{"contents":"read"},"repositories":null"#,
            #""repositories":[]"#, #""permissions":[],"repositories":[]"#,
        ])
    func wider(_ more: String) async throws {
        let result = try await mint(RecordedGitHub(.token(more: "," + more)), scope: narrow)
        #expect(failure(result)?.cause == .widerThanAsked)
        #expect(failure(result)?.failureClass == .permanent)
    }

    @Test("Repositories asked for by id are compared by id")
    func byIdentifier() async throws {
        let scope = TokenScope(repositories: .numbered([7]))
        let same = try await mint(RecordedGitHub(.token(more: #","repositories":[{"id":7}]"#)), scope: scope)
        #expect(token(same) != nil)
        let other = try await mint(RecordedGitHub(.token(more: #","repositories":[{"id":8}]"#)), scope: scope)
        #expect(failure(other)?.cause == .widerThanAsked)
    }

    @Test("What nobody narrowed is not compared")
    func unnarrowed() async throws {
        let result = try await mint(RecordedGitHub(.token(more: #","permissions":{"contents":"write"}"#)))
        #expect(token(result) != nil)
    }
}
