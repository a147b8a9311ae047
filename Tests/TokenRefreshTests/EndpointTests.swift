import Testing
import TokenRefresh

@Suite struct EndpointTests {
    private func choice(_ api: String = "https://api.github.com", _ hosts: [String] = []) throws -> EndpointChoice {
        let standard = try GitHubAPI(parsing: api)
        return EndpointChoice(standard: standard, trusted: try TrustedHosts(api: standard, hosts: hosts))
    }

    private func configuration(_ apiURL: String? = nil) -> RefreshConfiguration {
        RefreshConfiguration(appSecret: "app", apiURL: apiURL)
    }

    @Test(
        "The URL of an API is read and brought to one form",
        arguments: [
            ("https://api.github.com", "https://api.github.com"), ("https://API.GitHub.com/", "https://api.github.com"),
            ("https://github.com", "https://api.github.com"), ("https://www.github.com", "https://api.github.com"),
            ("https://github.com:443/", "https://api.github.com"),
            ("https://acme.ghe.com", "https://api.acme.ghe.com"),
            ("https://api.acme.ghe.com/", "https://api.acme.ghe.com"),
            ("https://acme.ghe.com/api/v3", "https://api.acme.ghe.com"),
            ("https://ghes.example.com/api/v3/", "https://ghes.example.com/api/v3"),
            ("https://ghes.example.com:8443/api/v3", "https://ghes.example.com:8443/api/v3"),
            ("https://proxy.example.com/github", "https://proxy.example.com/github"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://localhost/x", "http://localhost/x"),
            ("http://[::1]:9/", "http://[::1]:9"),
        ])
    func reads(_ text: String, _ url: String) throws {
        #expect(try GitHubAPI(parsing: text).url == url)
    }

    @Test(
        "What is no URL of an API is refused without repeating it",
        arguments: [
            "", "api.github.com", "ftp://canary.example.com", "http://canary.example.com",
            "http://127.evil.example.com",
            "https://canary@github.com", "https://u:canary@github.com", "https://canary.example.com?x", "https://",
            "https://canary.example.com/#x", "https://canary.example.com/../x", "https://canary.example.com//x",
            "https://canary example.com",
            "https://canary.example.com/%2e",
            "https://github.com/canary",
            "https://canary.example.com\\x", "https://canary.example.com/\n", "https://cänary.example.com",
        ])
    func refuses(_ text: String) {
        let failure = #expect(throws: RefreshFailure.self) { try GitHubAPI(parsing: text) }
        #expect(failure?.cause == .invalidEndpoint)
        #expect(failure?.message.contains("canary") == false)
    }

    @Test("The annotation wins over the Workspace, and the Workspace over the flag")
    func precedence() throws {
        let choice = try choice("https://ghes/api/v3")
        let repository = WorkspaceReading.repository("https://github.com/o/r")
        let tenant = configuration("https://a.ghe.com")
        #expect(try choice.api(for: tenant, workspace: repository).url == "https://api.a.ghe.com")
        #expect(try choice.api(for: configuration(), workspace: repository).url == "https://api.github.com")
        #expect(try choice.api(for: configuration(), workspace: .none).url == "https://ghes/api/v3")
        #expect(try choice.api(for: configuration(), workspace: .repository("o/r")).url == "https://ghes/api/v3")
    }

    @Test("A Workspace at the flag's own host takes the flag's path to it")
    func samePlace() throws {
        let choice = try choice("https://ghes/github/api/v3")
        let api = try choice.api(for: configuration(), workspace: .repository("https://ghes/o/r"))
        #expect(api.url == "https://ghes/github/api/v3")
    }

    @Test("A Workspace that cannot be read is an error and never github.com")
    func unreadable() throws {
        let choice = try choice()
        let failure = #expect(throws: RefreshFailure.self) {
            try choice.api(for: configuration(), workspace: .unreadable("not found"))
        }
        #expect(failure?.cause == .workspaceUnreadable)
        #expect(failure?.message == "the Workspace that names the GitHub host: not found")
        #expect(
            try choice.api(for: configuration("https://github.com"), workspace: .unreadable("not found")) == .gitHub)
        let noURL = #expect(throws: RefreshFailure.self) {
            try choice.api(for: configuration(), workspace: .repository("nowhere"))
        }
        #expect(noURL?.cause == .invalidEndpoint)
    }

    @Test(
        "Hosts that the operator trusts are called",
        arguments: [
            "https://github.com", "https://acme.ghe.com", "https://ghes/api/v3", "https://ghes:8443/api/v3",
            "https://more.example.com/api/v3",
        ])
    func trusts(_ url: String) throws {
        let choice = try choice("https://ghes/api/v3", ["ghes:8443", "More.example.com"])
        #expect(throws: Never.self) { try choice.api(for: configuration(url), workspace: .none) }
    }

    @Test(
        "Another host, or another port of a trusted one, fails and names the flag",
        arguments: [
            ("https://evil.example.com", "evil.example.com"), ("https://ghes:9999/api/v3", "ghes:9999"),
            ("https://github.com.evil.example.com", "github.com.evil.example.com"),
            ("https://notghe.com", "notghe.com"), ("https://ghe.com", "ghe.com"),
            ("https://acme.ghe.com:444", "acme.ghe.com:444"), ("https://api.github.com:444", "api.github.com:444"),
            ("http://127.0.0.1:1", "127.0.0.1:1"),
        ])
    func distrusts(_ url: String, _ host: String) throws {
        let choice = try choice("https://ghes/api/v3")
        let failure = #expect(throws: RefreshFailure.self) {
            try choice.api(for: configuration(url), workspace: .none)
        }
        #expect(failure?.cause == .untrustedHost)
        #expect(failure?.failureClass == .permanent)
        #expect(
            failure?.message
                == "GitHub host \(host) is not trusted; the operator can allow it with --allow-github-host=\(host)")
    }

    @Test("A Workspace cannot send a JWT elsewhere either")
    func distrustsWorkspace() throws {
        let choice = try choice()
        let failure = #expect(throws: RefreshFailure.self) {
            try choice.api(for: configuration(), workspace: .repository("https://evil.example.com/o/r"))
        }
        #expect(failure?.cause == .untrustedHost)
    }

    @Test("A star trusts all, and what is no host is refused when the worker starts")
    func flag() throws {
        let all = try choice("https://api.github.com", ["*"])
        #expect(throws: Never.self) { try all.api(for: configuration("https://x.example.com"), workspace: .none) }
        let failure = #expect(throws: RefreshFailure.self) { try choice("https://api.github.com", ["https://x"]) }
        #expect(failure?.message == "--allow-github-host wants host, host:port or *")
    }
}
