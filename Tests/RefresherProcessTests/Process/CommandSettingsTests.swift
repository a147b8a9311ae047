import ArgumentParser
import HTTPClient
import Kubernetes
import Operations
import Platform
import RefresherService
import ServerTestSupport
import Settings
import Testing
import TokenRefresh

@testable import kelos_token_refresher

@Suite("The refresher's command line")
struct CommandSettingsTests {
    private func settings(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> RefresherSettings {
        try RefresherCommand.parse(arguments).settings(environment: environment)
    }

    @Test("has the documented defaults")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.cluster.kubeconfig == nil)
        #expect(settings.cluster.context == nil)
        #expect(settings.namespaces == [])
        #expect(settings.secretSelector == nil)
        #expect(settings.policy == RefreshPolicy(margin: .seconds(300)))
        #expect(settings.endpoints == EndpointChoice(standard: .gitHub, trusted: try TrustedHosts(api: .gitHub)))
        #expect(settings.gitHubAuthorities == nil)
        #expect(settings.proxy == ProxySettings())
        #expect(settings.verifiesTokens)
        #expect(!settings.isDryRun)
        #expect(!settings.runsOnce)
        #expect(settings.election?.timing == .standard)
        #expect(settings.election?.namespace == nil)
        #expect(settings.election?.name == "kelos-token-refresher")
        #expect(settings.admin.metricsAddress == SocketAddress(host: nil, port: 8080))
        #expect(settings.admin.healthAddress == SocketAddress(host: nil, port: 8081))
        #expect(settings.gracefulShutdownTimeout == .seconds(30))
        #expect(settings.logs == LogSettings())
        #expect(settings.podName == nil)
        #expect(settings.podNamespace == nil)
        #expect(settings.libraries.keys.sorted() == ["curl", "openssl", "swift"])
        #expect(settings.libraries["curl"]?.first?.isNumber == true)
    }

    @Test("takes every flag")
    func flags() throws {
        let directory = try TemporaryDirectory()
        let authority = try CertificateFixture.first.get().certificate
        try directory.write(authority, to: "ca.crt")
        let settings = try settings(
            "--kubeconfig", "k", "--context", "c", "--namespace", "a", "--namespace=b", "--namespace", "a",
            "--secret-selector", "x=y", "--refresh-margin", "90s", "--github-api-base-url",
            "https://ghe.example.com/api/v3/", "--allow-github-host", "other.example.com:8443",
            "--github-ca-file", directory.path("ca.crt"), "--verify-tokens=false", "--dry-run", "--once",
            "--leader-elect-lease-duration", "6s", "--leader-elect-renew-deadline", "4s",
            "--leader-elect-retry-period", "1s", "--leader-elect-lease-namespace", "n", "--leader-elect-lease-name",
            "l.m", "--metrics-bind-address", "0", "--health-probe-bind-address", "127.0.0.1:1",
            "--graceful-shutdown-timeout", "1m", "--zap-log-level", "debug", "--zap-encoder", "console",
            "--zap-time-encoding", "epoch")
        #expect(settings.cluster.kubeconfig == "k")
        #expect(settings.cluster.context == "c")
        #expect(settings.namespaces == ["a", "b"])
        #expect(settings.secretSelector == "x=y")
        #expect(settings.policy == RefreshPolicy(margin: .seconds(90)))
        #expect(settings.endpoints.standard.url == "https://ghe.example.com/api/v3")
        try settings.endpoints.trusted.check(GitHubAPI(parsing: "https://other.example.com:8443/api/v3"))
        #expect(settings.gitHubAuthorities?.suffix(authority.count) == authority[...])
        #expect(!settings.verifiesTokens)
        #expect(settings.isDryRun)
        #expect(settings.runsOnce)
        #expect(
            settings.election?.timing
                == (try ElectionTiming(
                    leaseDuration: .seconds(6), renewDeadline: .seconds(4), retryPeriod: .seconds(1))))
        #expect(settings.election?.namespace == "n")
        #expect(settings.election?.name == "l.m")
        #expect(settings.admin.metricsAddress == nil)
        #expect(settings.admin.healthAddress == SocketAddress(host: "127.0.0.1", port: 1))
        #expect(settings.gracefulShutdownTimeout == .seconds(60))
        #expect(settings.logs == LogSettings(level: .debug, encoding: .console, timeEncoding: .epoch))
    }

    @Test(
        "reads switches as Go does",
        arguments: [
            (["--leader-elect"], true), (["--leader-elect=false"], false), (["--leader-elect=F"], false),
            (["--leader-elect", "0"], false), (["--leader-elect=1"], true),
        ])
    func switches(arguments: [String], isOn: Bool) throws {
        let settings = try RefresherCommand.parse(arguments).settings(environment: [:])
        #expect((settings.election != nil) == isOn)
    }

    @Test("takes what it was not told from the environment, and a flag before that")
    func environment() throws {
        let environment = [
            "GITHUB_API_BASE_URL": "https://ghe.example.com/api/v3", "POD_NAME": "pod-1", "POD_NAMESPACE": "system",
            "HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "10.0.0.0/8", "KUBECONFIG": "/k",
        ]
        let told = try settings(environment: environment)
        #expect(told.endpoints.standard.url == "https://ghe.example.com/api/v3")
        #expect(told.podName == "pod-1")
        #expect(told.podNamespace == "system")
        #expect(told.proxy == ProxySettings(url: "http://proxy:3128", exceptions: "10.0.0.0/8"))
        #expect(told.cluster.environment["KUBECONFIG"] == "/k")
        let flag = try settings("--github-api-base-url", "https://acme.ghe.com", environment: environment)
        #expect(flag.endpoints.standard.url == "https://api.acme.ghe.com")
    }

    @Test("trusts every host when it is told to")
    func everyHost() throws {
        let settings = try settings("--allow-github-host", "*")
        try settings.endpoints.trusted.check(GitHubAPI(parsing: "https://anything.example.com/api/v3"))
    }

    @Test(
        "refuses what it cannot use, and says which flag and what to write",
        arguments: [
            (["--namespace", "Team_A"], #"--namespace: "Team_A" is no name of a namespace."#),
            (["--namespace", ""], #"--namespace: "" is no name of a namespace."#),
            (
                ["--refresh-margin", "1h"],
                "--refresh-margin must be between 1s and 45m, not 1h0m0s: a token lives one hour."
            ),
            (
                ["--refresh-margin", "0"],
                "--refresh-margin must be between 1s and 45m, not 0s: a token lives one hour."
            ),
            (
                ["--leader-elect-lease-duration", "10s"],
                "The lease duration must be longer than the renew deadline: --leader-elect-lease-duration is 10s, "
                    + "--leader-elect-renew-deadline 10s, --leader-elect-retry-period 2s."
            ),
            (
                ["--leader-elect-retry-period", "9s"],
                "The renew deadline must be longer than 1.2 times the retry period: --leader-elect-lease-duration is "
                    + "15s, --leader-elect-renew-deadline 10s, --leader-elect-retry-period 9s."
            ),
            (["--leader-elect=maybe"], #"--leader-elect: "maybe" is neither yes nor no; write true or false."#),
            (["--verify-tokens=maybe"], #"--verify-tokens: "maybe" is neither yes nor no; write true or false."#),
            (["--dry-run=maybe"], #"--dry-run: "maybe" is neither yes nor no; write true or false."#),
            (["--once=maybe"], #"--once: "maybe" is neither yes nor no; write true or false."#),
            (
                ["--leader-elect-lease-namespace", "a.b"],
                #"--leader-elect-lease-namespace: "a.b" is no name of a namespace."#
            ),
            (["--leader-elect-lease-name", "a..b"], #"--leader-elect-lease-name: "a..b" is no name of a Lease."#),
            (
                ["--github-api-base-url", "http://ghe.example.com"],
                "--github-api-base-url: the GitHub API URL must begin with https://, but for loopback; write for example "
                    + "https://ghe.example.com/api/v3."
            ),
            (["--allow-github-host", "a b"], "--allow-github-host wants host, host:port or *."),
            (["--github-ca-file", "/nowhere"], "--github-ca-file /nowhere: No such file or directory."),
            (
                ["--github-ca-file", "/proc/self/stat"],
                "--github-ca-file /proc/self/stat: it holds no PEM certificate, or a broken one."
            ),
        ])
    func refusals(arguments: [String], message: String) {
        let error = #expect(throws: (any Error).self) {
            try RefresherCommand.parse(arguments).settings(environment: [:])
        }
        guard let error else { return }
        #expect(RefresherCommand.message(for: error) == message)
        #expect(RefresherCommand.exitCode(for: error).rawValue == 64)
    }

    @Test("names the variable when its value cannot be used")
    func badVariable() {
        let error = #expect(throws: ValidationError.self) {
            try settings(environment: ["GITHUB_API_BASE_URL": "nonsense"])
        }
        #expect(
            error?.message
                == "GITHUB_API_BASE_URL: the GitHub API URL must begin with https://; write for example "
                + "https://ghe.example.com/api/v3.")
    }
}
