internal import CertificateRotation
internal import Kubernetes
internal import TLS

/// Does one step of a rotation in the cluster.
struct CertificateWriter: Sendable {
    private static let labels = [
        "app.kubernetes.io/name": "kelos-token", "app.kubernetes.io/component": "webhook",
        "app.kubernetes.io/part-of": "kelos-token", "app.kubernetes.io/managed-by": "kelos-token-refresher",
    ]

    private let settings: CertificateDuty.Settings
    private let client: KubernetesClient

    init(_ settings: CertificateDuty.Settings, _ client: KubernetesClient) {
        self.settings = settings
        self.client = client
    }

    /// - Returns: false if what the step was decided on is there no longer.
    func perform(_ action: RotationAction, _ found: CertificateFindings) async throws(CertificateProblem) -> Bool {
        do throws(KubernetesError) {
            switch action {
            case .writeBundles(let bundles): try await write(bundles, found)
            case .issueLeaf(let validity, _): try await issue(validity, found)
            case .replaceAuthority, .prepareAuthority, .promoteAuthority, .forgetAuthorities:
                try await store(try change(action, found.authorities), over: found.authorities)
            }
            return true
        } catch {
            switch error.code {
            case .conflict, .alreadyExists, .notFound: return false
            default: throw CertificateProblem(error)
            }
        }
    }

    // MARK: The configuration

    private func write(_ bundles: [[String]?], _ found: CertificateFindings) async throws(KubernetesError) {
        let known = found.known
        let patch = found.registration.patch(bundles.map { $0.map { $0.flatMap { known[$0] ?? [] } } })
        _ = try await client.jsonPatch(
            .mutatingWebhookConfigurations, ObjectKey(namespace: "", name: settings.configuration), body: patch,
            selecting: MetadataSelection())
    }

    // MARK: The leaf

    private func issue(_ validity: ClosedRange<Int64>, _ found: CertificateFindings) async throws(KubernetesError) {
        guard let signer = found.authorities.current else { return }
        let names = found.observation.names.sorted().compactMap(SubjectName.init)
        let pair: CertificateAuthority.Pair
        do throws(TLSError) {
            let authority = try CertificateAuthority(
                certificate: signer.certificate, privateKey: signer.privateKey.value)
            pair = try authority.issue(name: "kelos-token-webhook", names: names, validity: validity)
        } catch {
            throw KubernetesError(.malformed, "The webhook's certificate cannot be made: \(error)")
        }
        let data = [
            LeafSecret.Key.certificate: Redacted(pair.certificate),
            LeafSecret.Key.privateKey: Redacted(pair.privateKey),
            LeafSecret.Key.authority: Redacted(signer.certificate),
        ]
        try await write(settings.leafSecret, type: "kubernetes.io/tls", data, over: found.leaf.resourceVersion)
    }

    // MARK: The authorities

    /// The keys of the Secret that change, and to what; nil removes one.
    private func change(
        _ action: RotationAction, _ stored: AuthoritySecret
    ) throws(KubernetesError) -> [String: Redacted<[UInt8]>?] {
        typealias Key = AuthoritySecret.Key
        switch action {
        case .replaceAuthority(let validity):
            let made = try makeAuthority(validity)
            return [
                Key.certificate: Redacted(made.certificate), Key.privateKey: made.privateKey, Key.nextCertificate: nil,
                Key.nextPrivateKey: nil,
                Key.previousCertificates: previous(stored.previous + stored.currentCertificates),
            ]
        case .prepareAuthority(let validity):
            let made = try makeAuthority(validity)
            return [Key.nextCertificate: Redacted(made.certificate), Key.nextPrivateKey: made.privateKey]
        case .promoteAuthority:
            guard let next = stored.next else { return [:] }
            return [
                Key.certificate: Redacted(next.certificate), Key.privateKey: next.privateKey, Key.nextCertificate: nil,
                Key.nextPrivateKey: nil,
                Key.previousCertificates: previous(stored.previous + stored.currentCertificates),
            ]
        case .forgetAuthorities(let past):
            return [Key.previousCertificates: previous(stored.previous.filter { !past.contains($0.fingerprint) })]
        case .writeBundles, .issueLeaf: return [:]
        }
    }

    private func previous(_ entries: [CertificateBundle.Entry]) -> Redacted<[UInt8]>? {
        let distinct = entries.reduce(into: [CertificateBundle.Entry]()) { if !$0.contains($1) { $0.append($1) } }
        return distinct.isEmpty ? nil : Redacted(distinct.flatMap(\.pem))
    }

    private func makeAuthority(_ validity: ClosedRange<Int64>) throws(KubernetesError) -> KeyPair {
        do throws(TLSError) {
            let authority = try CertificateAuthority(name: "kelos-token-webhook CA", validity: validity)
            return KeyPair(certificate: authority.certificate, privateKey: Redacted(authority.privateKey))
        } catch {
            throw KubernetesError(.malformed, "A certificate authority cannot be made: \(error)")
        }
    }

    private func store(
        _ change: [String: Redacted<[UInt8]>?], over stored: AuthoritySecret
    ) async throws(KubernetesError) {
        try await write(settings.authoritySecret, type: "Opaque", change, over: stored.resourceVersion)
    }

    // MARK: Secrets

    /// - Parameter version: nil creates the Secret.
    private func write(
        _ name: String, type: String, _ data: [String: Redacted<[UInt8]>?], over version: String?
    ) async throws(KubernetesError) {
        let key = ObjectKey(namespace: settings.namespace, name: name)
        guard let version else {
            do throws(KubernetesError) {
                try await client.createSecret(
                    key, type: type, labels: Self.labels, data: data.compactMapValues(\.self))
            } catch {
                // It is the namespace that is missing, and nobody was faster.
                throw error.code == .notFound ? KubernetesError(.rejected, error.message) : error
            }
            return
        }
        _ = try await client.patch(
            .secrets, key, MergePatch(resourceVersion: version, data: data), selecting: MetadataSelection())
    }
}
