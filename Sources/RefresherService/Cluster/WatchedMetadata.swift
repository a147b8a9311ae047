internal import Kubernetes
internal import TokenRefresh

/// What is kept of each Secret that passes by.
enum WatchedMetadata {
    static let tokenKey = "GITHUB_TOKEN"

    static let selection = MetadataSelection(
        annotations: [
            RefreshAnnotation.appSecret, RefreshAnnotation.expiresAt, RefreshAnnotation.apiURL,
            RefreshAnnotation.repositories, RefreshAnnotation.permissions,
        ], dataKeys: Set(Adoption.appKeys + [tokenKey]))
}

extension ManagedSecret {
    /// - Parameter holdsToken: where it is known better than by the metadata.
    init?(_ metadata: ObjectMetadata, holdsToken: Bool? = nil) {
        self.init(
            resourceVersion: metadata.resourceVersion, annotations: metadata.annotations,
            holdsToken: holdsToken ?? metadata.dataKeys.map { $0.contains(WatchedMetadata.tokenKey) })
    }
}

extension AdoptionCandidate {
    /// Nil without a time of creation.
    init?(_ metadata: ObjectMetadata) {
        guard let created = Timestamp(rfc3339: metadata.creationTimestamp) else { return nil }
        self.init(
            name: metadata.name, resourceVersion: metadata.resourceVersion, created: created,
            controller: metadata.controller.map { Controller(apiVersion: $0.apiVersion, kind: $0.kind, name: $0.name) },
            annotations: metadata.annotations)
    }
}

extension SecretContents {
    /// Nil for one that is not cared for.
    var managed: ManagedSecret? {
        guard metadata.deletionTimestamp == nil else { return nil }
        return ManagedSecret(metadata, holdsToken: keys.contains(WatchedMetadata.tokenKey))
    }
}
