internal import HTTPSemantics
internal import HTTPServer
package import Platform
internal import PodManifests
internal import TLS

/// Both APIs on listeners of their own, over TLS by an authority of their own.
package final class Sandbox: Sendable {
    package struct Settings: Sendable {
        package var kubernetesAddress = SocketAddress(host: "127.0.0.1", port: 0)
        package var gitHubAddress = SocketAddress(host: "127.0.0.1", port: 0)
        /// False serves GitHub over plain HTTP, for clients that cannot be given an authority.
        package var isGitHubTLS = true
        package var kubernetes = KubernetesAPI.Settings()
        package var gitHub = GitHubAPI.Settings()
        package var state = SandboxState()
        package var kubernetesFaults = FaultScript()
        package var gitHubFaults = FaultScript()

        package init() {}
    }

    /// For how long the certificates are good: a sandbox is started anew for each use.
    private static let certificateSeconds: Int64 = 7 * 86_400
    /// Clocks of containers may be a little behind.
    private static let backdatedSeconds: Int64 = 300

    /// A watch and a few requests at once for each of a test's clients.
    private static let connections = 512

    package let kubernetes: KubernetesAPI
    package let gitHub: GitHubAPI
    package let kubernetesFaults: FaultyService
    package let gitHubFaults: FaultyService
    /// PEM, for clients of both.
    package let authority: [UInt8]
    package let kubernetesURL: String
    package let gitHubURL: String
    /// For `KUBECONFIG`.
    package let kubeconfig: [UInt8]
    private let servers: [HTTPServer]

    /// Starts to serve.
    ///
    /// - Throws: `TLSError`, `SystemError` for an address that cannot be bound, `APIStatus` for an object of the state that
    ///   the API refuses.
    package init(
        _ settings: Settings, environment: SandboxEnvironment, admission: (any AdmissionCaller)? = nil,
        later: @escaping FaultyService.Later = Sandbox.afterSleep
    ) throws {
        let now = WallClock.now().seconds
        let validity = now - Self.backdatedSeconds...now + Self.certificateSeconds
        let issuer = try CertificateAuthority(name: "kelos-token sandbox authority", validity: validity)
        let pair = try issuer.issue(name: "kelos-token sandbox", names: Self.names(settings), validity: validity)
        let tls = try TLSContext(
            certificateChain: pair.certificate, privateKey: pair.privateKey, settings: TLSSettings())
        authority = issuer.certificate

        var kubernetesSettings = settings.kubernetes
        let token = kubernetesSettings.token ?? environment.letters(32)
        kubernetesSettings.token = token
        kubernetes = KubernetesAPI(settings: kubernetesSettings, environment: environment, admission: admission)
        gitHub = GitHubAPI(apps: settings.state.apps, settings: settings.gitHub, environment: environment)
        for object in settings.state.objects { try kubernetes.add(object) }
        kubernetesFaults = FaultyService(kubernetes, script: settings.kubernetesFaults, later: later)
        gitHubFaults = FaultyService(gitHub, script: settings.gitHubFaults, later: later)

        let kubernetesServer = try Self.serve(kubernetesFaults, settings.kubernetesAddress, tls, "sandbox-k8s")
        let gitHubServer = try Self.serve(
            gitHubFaults, settings.gitHubAddress, settings.isGitHubTLS ? tls : nil, "sandbox-gh")
        servers = [kubernetesServer, gitHubServer]
        kubernetesURL = "https://\(kubernetesServer.addresses[0].loopback)"
        gitHubURL = "\(settings.isGitHubTLS ? "https" : "http")://\(gitHubServer.addresses[0].loopback)"
        kubeconfig = Kubeconfig.text(server: kubernetesURL, authority: authority, token: token)
    }

    /// Closes every connection and returns when the listeners are gone.
    package func stop() async {
        for server in servers { server.abort() }
        for server in servers { await server.stop() }
    }

    /// The real thing; tests give something else.
    package static let afterSleep: FaultyService.Later = { milliseconds, action in
        Task {
            try? await Task.sleep(for: .milliseconds(milliseconds))
            action()
        }
    }

    private static func names(_ settings: Settings) -> [SubjectName] {
        var hosts = ["localhost", "github.sandbox", "127.0.0.1", "::1"]
        for host in [settings.kubernetesAddress.host, settings.gitHubAddress.host].compactMap(\.self)
        where !hosts.contains(host) && host != "0.0.0.0" && host != "::" {
            hosts.append(host)
        }
        return hosts.compactMap(SubjectName.init)
    }

    private static func serve(
        _ service: FaultyService, _ address: SocketAddress, _ tls: TLSContext?, _ name: String
    ) throws -> HTTPServer {
        var limits = ServerLimits()
        limits.connections = connections
        var endpoint = Endpoint(address: address, currentTLS: nil) { ServiceHandler(service) }
        if let tls { endpoint.currentTLS = { tls } }
        return try HTTPServer(
            endpoints: [endpoint], loops: 1, name: name, limits: limits, observer: QuietObserver()
        ) { _ in ProcessExit.now(code: 1) }
    }
}

private struct QuietObserver: ServerObserver {
    func observe(_ event: ServerEvent) {}
}
