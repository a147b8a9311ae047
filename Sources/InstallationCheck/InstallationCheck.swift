package import Kubernetes
internal import Platform
internal import PodManifests
internal import TokenRefresh

/// Walks along the chain of an installation, link by link, and says which of them hold. It changes nothing.
package struct InstallationCheck: Sendable {
    let settings: CheckSettings
    let reader: ClusterReader
    let apiServer: String
    let shipped: [WebhookEntry]
    private let client: KubernetesClient
    private let dates: ServerDates
    private let shownCertificates: ShownCertificates

    /// - Parameters:
    ///   - client: sends by `dates`.
    ///   - shownCertificates: looks at a webhook that can be reached from here.
    /// - Throws: `ManifestError` for a manifest of ours that cannot be read, which a test excludes.
    package init(
        _ settings: CheckSettings, client: KubernetesClient, dates: ServerDates,
        shownCertificates: @escaping ShownCertificates = InstallationCheck.dialledCertificates
    ) throws {
        self.settings = settings
        self.client = client
        self.dates = dates
        self.shownCertificates = shownCertificates
        reader = ClusterReader(client: client)
        apiServer = client.access.host
        shipped = try CheckSettings.shippedWebhooks()
    }

    package func report() async -> CheckReport {
        let check = ClusterCheck(host: apiServer)
        let version = await version()
        let first = check.apiServer(version)
        guard first.verdict != .failed else { return CheckReport([first]) }
        let webhook = await webhookResults()
        let deployment = await deployment()
        var results = webhook
        if settings.expectsRefresher { results += await refresherResults(deployment) }
        results += await tokenResults(margin: deployment.value?.margin ?? RefreshPolicy.defaultMargin)
        // Judged when all has been read, one exchange of which was the shortest.
        return CheckReport([first, check.clock(dates.offset)] + results)
    }

    /// A result for a way to the API server that was not even found.
    package static func report(_ error: AccessError) -> CheckReport {
        CheckReport([
            .failed(
                .kubeconfig, error.message,
                mend: "name a kubeconfig with --kubeconfig or in KUBECONFIG, and its context with --context")
        ])
    }

    /// By the API server's clock, where it has told it.
    var now: Timestamp {
        let time = client.clock.unixTime() + (dates.offset ?? .zero)
        return Timestamp(seconds: 0) + time
    }

    private func version() async -> Reading<String> {
        do throws(KubernetesError) {
            return .found(try await client.serverVersion())
        } catch {
            return Reading(error)
        }
    }

    /// What the webhook's certificate is, as far as it can be seen from here.
    func certificate(of target: WebhookTarget) async -> ServedCertificate {
        switch CertificateSource(target, apiServer: apiServer, isInCluster: settings.isInCluster) {
        case .nowhere(let reason): return .unseen(reason)
        case .readSecret(let namespace): return await storedCertificate(in: namespace)
        case .dial(let address): return await shown(by: address, mustAnswer: address.loopback.host == address.host)
        case .dialService(let service):
            let reading = await reader.object(.services, service.name, in: service.namespace)
            guard let address = reading.value?[path: ["spec", "clusterIP"]]?.string, address != "None" else {
                return await storedCertificate(in: service.namespace)
            }
            return await shown(
                by: SocketAddress(host: address, port: UInt16(clamping: service.port)), mustAnswer: true)
        }
    }

    private func shown(by address: SocketAddress, mustAnswer: Bool) async -> ServedCertificate {
        do {
            return .shown(by: "\(address)", try await shownCertificates(address))
        } catch {
            guard mustAnswer else { return .unseen("\(address) cannot be reached from here: \(error)") }
            return .unreachable(
                "the webhook at \(address) shows no certificate: \(error)",
                mend: "start it, and look at its log; --webhook-bind-address must be the address that is registered")
        }
    }

    private func storedCertificate(in namespace: String) async -> ServedCertificate {
        let name = "\(namespace)/\(settings.certificateSecret)"
        let file = "tls.crt"
        let key = ObjectKey(namespace: namespace, name: settings.certificateSecret)
        switch await reader.secret(key, values: [file]) {
        case .found(let secret):
            guard let certificate = secret.values[file]?.value else {
                return .unreachable(
                    "Secret \(name) has no \(file)", mend: "make one: certs/generate.sh, then kubectl create secret tls"
                )
            }
            return .stored(in: name, certificate)
        case .missing:
            return .unreachable(
                "there is no Secret \(name), which the webhook's pods mount",
                mend: "make one: certs/generate.sh, then kubectl create secret tls (another name: --certificate-secret)"
            )
        case .forbidden(let message), .failed(let message):
            return .unseen("a Service cannot be reached from outside the cluster, and \(message)")
        }
    }
}
