import GitHubApps
import HTTPTransport
import Testing
import TokenRefresh

@Suite struct MintRequestTests {
    /// {"alg":"RS256","typ":"JWT"} . {"iat":1767366185,"exp":1767366785,"iss":"12345"} . signed
    private static let jwt =
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."
        + "eyJpYXQiOjE3NjczNjYxODUsImV4cCI6MTc2NzM2Njc4NSwiaXNzIjoiMTIzNDUifQ.c2lnbmVk"

    @Test("A token is asked for with the JWT, the version and nothing in the body")
    func request() async throws {
        let gitHub = RecordedGitHub(.token())
        let result = try await mint(gitHub)
        let request = try #require(gitHub.requests.first)
        #expect(gitHub.requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.url == "https://api.github.com/app/installations/67890/access_tokens")
        #expect(
            request.fields.map { "\($0.name): \($0.value)" } == [
                "accept: application/vnd.github+json", "authorization: Bearer \(Self.jwt)",
                "user-agent: kelos-token/1.0", "x-github-api-version: 2022-11-28",
            ])
        #expect(request.body == [])
        #expect(request.timeout == .seconds(10))
        #expect(request.responseLimit == 1_048_576)
        #expect(
            token(result)
                == MintedToken(
                    token: SecretText(canaryToken), expiry: noon + .seconds(3600), apiURL: "https://api.github.com"))
        #expect(result.requests == 1)
    }

    @Test(
        "The path follows the API's",
        arguments: [
            ("https://ghes:8443/api/v3", "https://ghes:8443/api/v3/app/installations/67890/access_tokens"),
            ("https://acme.ghe.com", "https://api.acme.ghe.com/app/installations/67890/access_tokens"),
        ])
    func path(_ api: String, _ url: String) async throws {
        let gitHub = RecordedGitHub(.token())
        let result = try await mint(gitHub, api: GitHubAPI(parsing: api))
        #expect(gitHub.requests.first?.url == url)
        #expect(token(result) != nil)
    }

    @Test(
        "What is narrowed is in the body, repositories by name or by id",
        arguments: [
            (TokenScope.Repositories.named(["a", "my.repo"]), nil, #"{"repositories":["a","my.repo"]}"#),
            (.numbered([12, 345]), nil, #"{"repository_ids":[12,345]}"#),
            (
                .all, ["issues": .read, "contents": .write] as [String: TokenScope.Level],
                #"{"permissions":{"contents":"write","issues":"read"}}"#
            ),
            (.named(["a"]), ["contents": .read], #"{"repositories":["a"],"permissions":{"contents":"read"}}"#),
        ] as [(TokenScope.Repositories, [String: TokenScope.Level]?, String)])
    func body(
        _ repositories: TokenScope.Repositories, _ permissions: [String: TokenScope.Level]?, _ body: String
    ) async throws {
        let gitHub = RecordedGitHub()
        _ = try await mint(gitHub, scope: TokenScope(repositories: repositories, permissions: permissions))
        let request = try #require(gitHub.requests.first)
        #expect(String(decoding: request.body, as: UTF8.self) == body)
        #expect(request.fields.last?.name == "content-type")
        #expect(request.fields.last?.value == "application/json")
    }

    @Test("A new token is tried with one cheap request")
    func verification() async throws {
        let gitHub = RecordedGitHub(.token(), .status(200, "{}"))
        let result = try await mint(gitHub, verifying: true)
        let request = try #require(gitHub.requests.last)
        #expect(gitHub.requests.count == 2)
        #expect(request.method == "GET")
        #expect(request.url == "https://api.github.com/installation/repositories?per_page=1")
        #expect(request.fields.contains { $0 == ("authorization", "Bearer \(canaryToken)") })
        #expect(token(result) != nil)
        #expect(result.requests == 2)
    }

    @Test(
        "Ids with space around them are trimmed, and others never reach a path",
        arguments: [
            ("12345", "67890", true), (" 12345\n", "\t67890 ", true), ("Iv1.8a61f9b3a7aba766", "1", true),
            ("", "1", false), (" \n", "1", false), ("1", "", false), ("1", " ", false), ("1", "6/7", false),
            ("1", "6%2e", false), ("1", "-6", false), ("1", "123456789012345678901", false), ("1\"2", "1", false),
            ("1 2", "1", false),
        ])
    func credentials(_ app: String, _ installation: String, _ isGood: Bool) {
        let made = Result { try AppCredentials(appID: Array(app.utf8), installationID: Array(installation.utf8)) }
        switch made {
        case .success: #expect(isGood)
        case .failure(let error):
            #expect(!isGood)
            #expect((error as? RefreshFailure)?.cause == .invalidSource)
        }
    }
}
