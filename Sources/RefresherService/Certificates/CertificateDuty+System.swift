package import Kubernetes
internal import Platform
internal import TLSDial

extension CertificateDuty {
    /// As long as the API server waits for a webhook by the manifest's timeoutSeconds.
    private static let patienceMilliseconds: UInt64 = 5_000
    /// A name with more addresses is nobody's webhook.
    private static let mostAddresses = 32

    /// With the network of this machine.
    ///
    /// - Throws: `TLSError` with `.libraryFailure`.
    package init(
        _ settings: Settings, kubernetes: KubernetesClient, clock: any ClientClock, observer: any CertificateObserver
    ) throws {
        let dial = try CertificateDial(patienceMilliseconds: Self.patienceMilliseconds)
        self.init(
            settings, kubernetes: kubernetes, clock: clock, observer: observer,
            shownCertificates: { try await dial.certificates(of: $0) },
            addresses: { url in
                try await HostLookup.addresses(of: url.host, port: url.port, limit: Self.mostAddresses)
            })
    }
}
