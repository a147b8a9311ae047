internal import HTTPClient
internal import HTTPTransport
internal import Kubernetes
internal import Platform
internal import Settings

/// The connections to both APIs, each with a thread of its own: a GitHub that hangs does not hold up the Lease.
struct APIConnections: Sendable {
    let kubernetes: HTTPClient
    let gitHub: HTTPClient

    /// - Throws: `SystemError` when a thread cannot be started.
    init(_ settings: RefresherSettings) throws {
        var common = HTTPClientSettings()
        common.userAgent = "\(Refresher.name)/\(BuildVersion.project)"
        common.proxy = settings.proxy
        var cluster = common
        cluster.threadName = "kubernetes"
        kubernetes = try HTTPClient(cluster)
        var gitHub = common
        gitHub.threadName = "github"
        gitHub.tls.authorities = settings.gitHubAuthorities
        self.gitHub = try HTTPClient(gitHub)
    }

    /// Reaches the API server with the certificates as they are on disk.
    func transport(to access: ClusterAccess, clock: any ClientClock) -> ReloadingTransport {
        let client = kubernetes
        return ReloadingTransport(access, clock: clock, readFile: Self.readFile) { material throws(TransportError) in
            client.use(
                ClientTLS(
                    authorities: material.authority, certificate: material.certificate, key: material.key?.value))
            return client
        }
    }

    /// Fails what is under way and closes all connections.
    func close() async {
        await kubernetes.shutdown()
        await gitHub.shutdown()
    }

    /// Certificates, tokens and kubeconfigs are a few KiB; reading one takes no longer than a lock.
    static let readFile: ReadFile = { path in
        let longestFile = 4 << 20
        return try FileContents.read(path, limit: longestFile)
    }
}
