import PodManifests
import Sandbox
import TLS
import Testing

@Suite("The GitHub API of the sandbox judges Apps as GitHub does")
struct GitHubAPITests {
    /// Made by openssl with the key below, at the time where the test's clock begins: `iat` 60 s before, `exp` 540 s after.
    private static let assertion =
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiIxMjM0NSIsImlhdCI6MTc5OTk5OTk0MCwiZXhwIjoxODAwMDAwNTQ"
        + "wfQ.FHA6xU0pBNp5EXQfGB2M61xITJ6LZPNzMHGky3UerhsbdaIfMSN6n5Wn9gCu5v4Ai5-dMvFqBOnMekdBNXQMMPGlWi0vZwv8"
        + "lsB_VdzD4cOBXusYCmlAblaZpJIhB_FlvY0LUoNDu6_iQVblSvm5qEXcQMbmABLkA9Zm1wfQ2vCpg9Aj70BqXR9OHZ7MslnNlJV2"
        + "FHL5a_Z_ekb_iYWqGSoX_6bnuwulWkjU8v_N97qFNDSLycSx7lcuIO_6W8eiKuEC8I0ip67i6t4X9y9MlJA5CoSbt0kjpPjMxY2Z"
        + "_eIk0a1db79J3rgp_NDtMWcd-ljxQaMc6qHoXWlGaN6YbA"

    /// The same by the client id, with `exp` 601 s after.
    private static let longAssertion =
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJJdjEuMTIzNDUiLCJpYXQiOjE3OTk5OTk5NDAsImV4cCI6MTgwMDA"
        + "wMDYwMX0.I7ZUBMT60YgqW9Agrou-Lec5X4J2XorrK2t6LqvNrh4XAzsLMSG79tiBiCooBf9oN6bQ25tyD9pnKN4Xr987F8TkVWc"
        + "X67zo_kHQaGIgiRz25vTBc8Qpjqb--vWaX5P-U12JG-0wbdYPTmub5tx8_-1hmvTA5kzQ3GAsM0x3vImBQMGDcjGBHkn9z-8fr6s"
        + "gXrhvdb6IorJWnlCIsvw4GKWxXmfnQ4yGs7qy64E770CN8GZPImquRyQkXPg_EYdJPUvT2ylOUlGutliHKLnU2wlGXvEGJF35H_3"
        + "w4NHMlTnptcEy8wMQ9hHiPOaO-YZQR5CWWVMc-j_ITIEdcKsslA"

    private static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAh5NqkAcZvVAupiv7IQ8p
        sQIK+8zK5SJoo3RTJ5khJBPOZRQEk1AFoLKMvu7LYsEHY0PBdcCYEv6XSqQRJ4Wj
        d2qKX5nBctClJJ0fo7ed3DMnbTWqwF7fApD4Lw9WXQprAKYQvX/IbG2Z6ZJgSE9b
        9C/EgdO7BrhgLGe/4GS9y4H3M924JeooP9ep8wk5bj4Xwwn2wrKIqGu/REYrSz+i
        vdhvez8LSZ9RegcIzsz1TtaCPeZTGEa0BDa44B/x7vgvhbf6SJL5LLh91FYPVcwi
        XajZZooP/Uwv9FY8S7r0gilKAuOwuaIzY11Hro1qaQIqJCF2Qng/2lNJoEAvNl3P
        cwIDAQAB
        -----END PUBLIC KEY-----
        """

    private final class Hub {
        let clock = TestClock()
        let api: GitHubAPI

        init(_ change: (inout GitHubAPI.Settings) -> Void = { _ in }) throws {
            var settings = GitHubAPI.Settings()
            change(&settings)
            var installations = [GitHubApp.Installation(id: 67890), GitHubApp.Installation(id: 2)]
            installations[1].isSuspended = true
            let app = GitHubApp(
                id: 12345, clientID: "Iv1.12345", key: try RSAPublicKey(pem: Array(GitHubAPITests.publicKey.utf8)),
                installations: installations)
            api = GitHubAPI(apps: [app], settings: settings, environment: .counting(now: { [clock] in clock.now }))
        }

        func send(
            _ method: String, _ path: String, as credential: String, _ body: ManifestValue? = nil
        ) throws -> (status: UInt16, body: ManifestValue, fields: [String: String]) {
            let request = SandboxRequest(
                method, path, authorization: "Bearer " + credential, body: body.map { JSONWriter.compact($0) } ?? [])
            let answer = try #require(api.answer(request).whole)
            let fields = Dictionary(answer.fields.map { ($0.name, $0.value) }) { first, _ in first }
            return (answer.status, answer.body.isEmpty ? .null : try ManifestValue(json: answer.body), fields)
        }

        func mint(_ body: ManifestValue? = nil) throws -> (
            status: UInt16, body: ManifestValue, fields: [String: String]
        ) {
            try send("POST", GitHubAPITests.mintPath, as: GitHubAPITests.assertion, body)
        }
    }

    private static let mintPath = "/app/installations/67890/access_tokens"

    @Test("a minted token works until it expires, under both prefixes")
    func life() throws {
        let hub = try Hub { $0.tokenSeconds = 60 }
        let minted = try hub.send("POST", "/api/v3" + Self.mintPath, as: Self.assertion)
        #expect(minted.status == 201)
        #expect(minted.body["expires_at"] == "2027-01-15T08:01:00Z")
        #expect(minted.fields["date"] == "Fri, 15 Jan 2027 08:00:00 GMT")
        let token = try #require(minted.body["token"]?.string)
        #expect(token.hasPrefix("ghs_12345_"))
        #expect((500...540).contains(token.utf8.count))
        #expect(token.count { $0 == "." } == 2)
        let used = try hub.send("GET", "/installation/repositories", as: token)
        #expect(used.status == 200 && used.body["total_count"]?.integer == 2)
        #expect(used.fields["x-ratelimit-remaining"] == "4999")
        hub.clock.advance(60)
        let late = try hub.send("GET", "/installation/repositories", as: token)
        #expect(late.status == 401 && late.body["message"] == "Bad credentials")
        #expect(hub.api.minted(67890) == 1)
    }

    @Test("the old format is 40 characters")
    func shortTokens() throws {
        let hub = try Hub { $0.format = .short }
        #expect(try hub.mint().body["token"]?.string?.utf8.count == 40)
    }

    @Test("a fresh token is not known at once where that is asked for")
    func activation() throws {
        let hub = try Hub { $0.activationSeconds = 3 }
        let token = try #require(try hub.mint().body["token"]?.string)
        #expect(try hub.send("GET", "/installation/repositories", as: token).status == 401)
        hub.clock.advance(3)
        #expect(try hub.send("GET", "/installation/repositories", as: token).status == 200)
    }

    @Test("an assertion's signature, times and issuer are checked, in GitHub's words")
    func assertions() throws {
        func message(_ advance: Int64, _ credential: String) throws -> String {
            let hub = try Hub()
            hub.clock.advance(advance)
            let answer = try hub.send("POST", Self.mintPath, as: credential)
            return "\(answer.status) \(answer.body["message"]?.string ?? "")"
        }
        let undecodable = "401 A JSON web token could not be decoded"
        #expect(try message(0, "nonsense") == undecodable)
        #expect(try message(0, String(Self.assertion.dropLast(4)) + "AAAA") == undecodable)
        #expect(try message(-61, Self.assertion).hasPrefix("401 'Issued at' claim ('iat') must be an Integer"))
        #expect(try message(-60, Self.assertion) == "201 ")
        #expect(try message(539, Self.assertion) == "201 ")
        #expect(try message(540, Self.assertion).hasPrefix("401 'Expiration time' claim ('exp') must be a numeric"))
        #expect(
            try message(0, Self.longAssertion) == "401 'Expiration time' claim ('exp') is too far in the future")
        #expect(try message(1, Self.longAssertion) == "201 ")
    }

    @Test("another key, an unknown installation and a suspended one are refused")
    func refusals() throws {
        let hub = try Hub()
        #expect(try hub.send("POST", "/app/installations/1/access_tokens", as: Self.assertion).status == 404)
        let suspended = try hub.send("POST", "/app/installations/2/access_tokens", as: Self.assertion)
        #expect(suspended.status == 403)
        #expect(suspended.body["message"] == "This installation has been suspended")
        hub.api.register(
            GitHubApp(
                id: 12345, clientID: "Iv1.12345", key: try RSAPublicKey(pem: try RSAPublicKey.makePrivateKey()),
                installations: []))
        #expect(try hub.mint().status == 401)
    }

    @Test("a token can be narrowed and never widened")
    func scope() throws {
        let hub = try Hub()
        let narrow = try hub.mint(["repositories": ["hello"], "permissions": ["contents": "read"]])
        #expect(narrow.body["permissions"] == ["contents": "read", "metadata": "read"])
        #expect(narrow.body["repository_selection"] == "selected")
        #expect(narrow.body["repositories"]?.elements?.compactMap { $0["full_name"]?.string } == ["octo-org/hello"])
        #expect(try hub.mint(["repositories": ["other"]]).status == 422)
        #expect(try hub.mint(["permissions": ["contents": "admin"]]).status == 422)
        #expect(try hub.mint(["permissions": ["checks": "read"]]).status == 422)
        #expect(try hub.mint(["repository_ids": [.number(1002)]]).body["repositories"]?.elements?.count == 1)
    }

    @Test("a token opens its repositories and no other, by REST and by GraphQL, until it expires")
    func repositories() throws {
        let hub = try Hub { $0.tokenSeconds = 60 }
        let token = try #require(try hub.mint(["repositories": ["hello"]]).body["token"]?.string)
        func graph(_ body: ManifestValue, _ path: String = "/graphql") throws -> (UInt16, ManifestValue) {
            let answer = try hub.send("POST", path, as: token, body)
            return (answer.status, answer.body)
        }
        let asked: ManifestValue = [
            "query": "query($owner: String!, $name: String!) {}", "variables": ["owner": "octo-org", "name": "hello"],
        ]
        for prefix in ["", "/api/v3"] {
            #expect(try hub.send("GET", prefix + "/", as: token).status == 200)
            #expect(try hub.send("GET", prefix + "/repos/octo-org/hello", as: token).body["name"] == "hello")
            for other in ["/repos/octo-org/world", "/repos/else/hello", "/repos/octo-org/hello/pulls"] {
                #expect(try hub.send("GET", prefix + other, as: token).status == 404)
            }
            let user = try hub.send("GET", prefix + "/user", as: token)
            #expect(user.status == 403 && user.body["message"] == "Resource not accessible by integration")
        }
        for path in ["/graphql", "/api/graphql"] {
            #expect(
                try graph(asked, path).1[path: ["data", "repository", "nameWithOwner"]] == "octo-org/hello")
            #expect(
                try graph(["query": "{viewer{login}}"], path).1[path: ["data", "viewer", "login"]] == "app-12345[bot]")
        }
        let other: ManifestValue = ["query": "", "variables": ["owner": "octo-org", "repo": "world"]]
        #expect(try graph(other).1["errors"]?.elements?.first?["type"] == "NOT_FOUND")
        #expect(try graph(["query": "{licenses{name}}"]).1["errors"]?.elements?.count == 1)
        #expect(try graph(["variables": [:]]).0 == 400)
        hub.clock.advance(60)
        #expect(try graph(asked).0 == 401)
        #expect(try hub.send("GET", "/repos/octo-org/hello", as: token).status == 401)
    }

    @Test("the primary limit says when it resets, the secondary how long to wait")
    func limits() throws {
        let hub = try Hub { $0.hourlyLimit = 2 }
        #expect(try hub.mint().fields["x-ratelimit-remaining"] == "1")
        #expect(try hub.mint().status == 201)
        let limited = try hub.mint()
        #expect(limited.status == 403)
        #expect(limited.fields["x-ratelimit-remaining"] == "0")
        #expect(limited.fields["x-ratelimit-reset"] == "1800003600")

        let busy = try Hub { $0.mintsPerMinute = 1 }
        #expect(try busy.mint().status == 201)
        let slowed = try busy.mint()
        #expect(slowed.status == 403 && slowed.fields["retry-after"] == "60")
        busy.clock.advance(60)
        #expect(try busy.mint().status == 201)
    }
}
