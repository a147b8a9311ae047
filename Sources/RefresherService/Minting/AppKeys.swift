internal import GitHubApps
internal import Kubernetes
internal import TLS
internal import TokenRefresh

/// An App's credentials, ready to sign.
struct AppKey: Sendable {
    let credentials: AppCredentials
    let signer: AppSigner
}

/// The Apps' private keys, read from their Secrets and parsed once for each version of those.
actor AppKeys {
    /// Apps in use at once; a parsed key takes up some KiB.
    private static let mostKeys = 256
    static let dataKeys = Set(Adoption.appKeys)

    private struct Kept {
        let version: String
        let key: AppKey
        var lastUse: Int
    }

    private let client: KubernetesClient
    private var kept: [ObjectKey: Kept] = [:]
    private var uses = 0

    init(_ client: KubernetesClient) {
        self.client = client
    }

    /// - Parameter version: the Secret's `resourceVersion` as it was last seen; a key of that version is not read again.
    func key(_ source: ObjectKey, version: String) async throws(RefreshFailure) -> AppKey {
        uses += 1
        if let known = kept[source], known.version == version {
            kept[source]?.lastUse = uses
            return known.key
        }
        let contents: SecretContents
        do {
            contents = try await client.secret(source, selecting: MetadataSelection(), values: Self.dataKeys)
        } catch {
            throw error.code == .notFound ? .missingSource(source.name) : .cluster(error)
        }
        // Somebody else may have read it meanwhile.
        if let known = kept[source], known.version == contents.metadata.resourceVersion { return known.key }
        let key = try Self.parse(contents, name: source.name)
        keep(key, of: source, version: contents.metadata.resourceVersion)
        return key
    }

    private func keep(_ key: AppKey, of source: ObjectKey, version: String) {
        if kept.count >= Self.mostKeys, let oldest = kept.min(by: { $0.value.lastUse < $1.value.lastUse })?.key {
            kept[oldest] = nil
        }
        kept[source] = Kept(version: version, key: key, lastUse: uses)
    }

    private static func parse(_ contents: SecretContents, name: String) throws(RefreshFailure) -> AppKey {
        let missing = Adoption.appKeys.filter { contents.values[$0] == nil }
        guard missing.isEmpty, let appID = contents.values["appID"]?.value,
            let installation = contents.values["installationID"]?.value,
            let text = contents.values["privateKey"]?.value
        else {
            throw RefreshFailure(
                .invalidSource,
                "Secret \(name) is not that of a GitHub App: its data lacks \(missing.joined(separator: ", "))")
        }
        let credentials: AppCredentials
        do throws(RefreshFailure) {
            credentials = try AppCredentials(appID: appID, installationID: installation)
        } catch {
            throw RefreshFailure(error.cause, "Secret \(name): \(error.message)")
        }
        guard let pem = PrivateKeyText.normalised(text) else {
            throw RefreshFailure(.invalidSource, "Secret \(name): privateKey holds no private key in PEM")
        }
        do throws(SigningKeyError) {
            let key = try RSASigningKey(pem: pem)
            return AppKey(credentials: credentials, signer: AppSigner { try key.signature(over: $0) })
        } catch {
            throw RefreshFailure(.invalidSource, "Secret \(name): \(error)")
        }
    }
}
