internal import Kubernetes
package import Platform
internal import TLSDial

/// The certificate that the webhook serves, as far as it can be seen from here.
enum ServedCertificate: Sendable, Equatable {
    /// Shown by the webhook itself. PEM.
    case shown(by: String, [UInt8])
    /// Read from the Secret that the webhook's pods mount. PEM.
    case stored(in: String, [UInt8])
    /// Nobody may look, or nobody can reach it.
    case unseen(String)
    /// What should have served it does not.
    case unreachable(String, mend: String)
}

/// Gives the certificates that a TLS server shows, PEM.
package typealias ShownCertificates = @Sendable (SocketAddress) async throws -> [UInt8]

extension InstallationCheck {
    /// The real thing; tests give something else.
    package static let dialledCertificates: ShownCertificates = { address in
        // The API server waits as long by the manifest's timeoutSeconds.
        try await CertificateDial(patienceMilliseconds: 5_000).certificates(of: address)
    }
}

/// Where a certificate can be looked at. A Service is an address inside the cluster: from outside, only the Secret that
/// the webhook's pods mount can be read. A loopback URL means the API server's own machine.
enum CertificateSource: Sendable, Equatable {
    case dial(SocketAddress)
    /// The Service's address, if it can be read.
    case dialService(ServiceTarget)
    case readSecret(namespace: String)
    case nowhere(String)

    /// - Parameter apiServer: host and port of it.
    init(_ target: WebhookTarget, apiServer: String, isInCluster: Bool) {
        switch target {
        case .service(let service):
            self = isInCluster ? .dialService(service) : .readSecret(namespace: service.namespace)
        case .url(let url):
            let isHere = apiServer.hasPrefix("[::1]") || URLTarget.isLoopback(String(apiServer.prefix { $0 != ":" }))
            guard url.isLoopback else {
                self = .dial(SocketAddress(host: url.host, port: url.port))
                return
            }
            guard isHere else {
                self = .nowhere("\(url.host) is the API server's own machine, and this is another one")
                return
            }
            self = .dial(SocketAddress(host: url.host == "localhost" ? "127.0.0.1" : url.host, port: url.port))
        }
    }
}
