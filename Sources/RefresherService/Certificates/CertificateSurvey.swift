internal import CertificateRotation
internal import Kubernetes
internal import TLS

/// What one look found, and what a step needs of it.
struct CertificateFindings: Sendable {
    let registration: WebhookRegistration
    let leaf: LeafSecret
    let authorities: AuthoritySecret
    let observation: RotationObservation

    /// PEM of every certificate that a bundle may be told to hold.
    var known: [String: [UInt8]] {
        let pairs = [authorities.current, authorities.next].compactMap(\.self)
        let entries =
            registration.entries.flatMap(\.bundle) + leaf.ownAuthority() + authorities.previous
            + pairs.flatMap { CertificateBundle.entries($0.certificate) }
        return Dictionary(entries.map { ($0.fingerprint, $0.pem) }) { first, _ in first }
    }
}

/// Looks at everything that a rotation goes by, in the order that `RotationObservation` asks for.
struct CertificateSurvey: Sendable {
    private let settings: CertificateDuty.Settings
    private let client: KubernetesClient
    private let replicas: WebhookReplicas
    private let clock: any ClientClock

    init(
        _ settings: CertificateDuty.Settings, _ client: KubernetesClient, replicas: WebhookReplicas,
        clock: any ClientClock
    ) {
        self.settings = settings
        self.client = client
        self.replicas = replicas
        self.clock = clock
    }

    func look() async throws(CertificateProblem) -> CertificateFindings {
        do throws(KubernetesError) {
            let configuration = ObjectKey(namespace: "", name: settings.configuration)
            let body = try await client.get(.mutatingWebhookConfigurations, configuration)
            return try await findings(body)
        } catch {
            guard error.code != .notFound else {
                throw CertificateProblem(
                    "There is no MutatingWebhookConfiguration \"\(settings.configuration)\" whose certificates could be "
                        + "managed: install it, or name another one with --webhook-configuration-name")
            }
            throw CertificateProblem(error)
        }
    }

    private func findings(_ configuration: [UInt8]) async throws(KubernetesError) -> CertificateFindings {
        let registration: WebhookRegistration
        do throws(CertificateProblem) {
            registration = try WebhookRegistration(configuration)
        } catch {
            throw KubernetesError(.malformed, error.description)
        }
        let views = await replicas.views(of: registration, at: clock.unixTime().components.seconds)
        let leaf = LeafSecret(try await secret(settings.leafSecret, values: LeafSecret.Key.all))
        let authorities = AuthoritySecret(
            try await secret(settings.authoritySecret, values: AuthoritySecret.Key.all))
        let hosts = registration.hosts
        let observation = RotationObservation(
            time: clock.now(), now: clock.unixTime().components.seconds, names: hosts,
            bundles: registration.entries.map { $0.bundle.map(\.facts) }, replicas: views,
            leaf: leaf.facts(
                hosts: hosts, authorities: [authorities.current, authorities.next].compactMap(\.self)),
            authorities: authorities.facts)
        return CertificateFindings(
            registration: registration, leaf: leaf, authorities: authorities, observation: observation)
    }

    private func secret(_ name: String, values: Set<String>) async throws(KubernetesError) -> SecretContents? {
        do throws(KubernetesError) {
            return try await client.secret(
                ObjectKey(namespace: settings.namespace, name: name), selecting: MetadataSelection(), values: values)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }
}
