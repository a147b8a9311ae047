internal import Kubernetes
internal import TokenRefresh

/// How long the tokens are good that the refresher should keep fresh.
struct SecretCheck {
    /// A Secret that says which App its token comes from.
    struct Managed: Sendable, Equatable {
        let key: ObjectKey
        let appSecret: String
        /// Nil without a token, and without a time that can be read.
        let expiry: Timestamp?
        /// A pod that has not ended names it, or nobody owns it, so that the refresher takes it for used.
        let isUsed: Bool

        var label: String { "\(key.namespace)/\(key.name)" }

        /// Those in use come first, and of them those whose tokens end first.
        func isBefore(_ other: Managed) -> Bool {
            guard isUsed == other.isUsed else { return isUsed }
            guard expiry == other.expiry else {
                guard let expiry, let otherExpiry = other.expiry else { return expiry == nil }
                return expiry < otherExpiry
            }
            return label < other.label
        }
    }

    let now: Timestamp
    let margin: Duration
    /// For mends.
    let refresher: String
    let systemNamespace: String

    private static let tokenKey = "GITHUB_TOKEN"

    /// What is kept of each Secret's metadata.
    static let selection = MetadataSelection(
        annotations: [RefreshAnnotation.appSecret, RefreshAnnotation.expiresAt], dataKeys: [tokenKey])

    /// - Parameter used: the Secrets that pods name which have not ended.
    static func managed(_ secrets: [ObjectMetadata], used: Set<ObjectKey>) -> [Managed] {
        secrets.compactMap { secret in
            guard secret.deletionTimestamp == nil,
                let managed = ManagedSecret(
                    resourceVersion: secret.resourceVersion, annotations: secret.annotations,
                    holdsToken: secret.dataKeys.map { $0.contains(tokenKey) })
            else { return nil }
            let isOwned = secret.controller?.apiVersion.hasPrefix("kelos.dev/") ?? false
            return Managed(
                key: secret.key, appSecret: managed.configuration.appSecret, expiry: managed.expiry,
                isUsed: !isOwned || used.contains(secret.key))
        }.sorted { $0.isBefore($1) }
    }

    /// Tokens of a Kelos from before token files that are used and that nobody has adopted.
    static func candidates(_ secrets: [ObjectMetadata], used: Set<ObjectKey>) -> [ObjectKey] {
        secrets.filter { secret in
            guard secret.deletionTimestamp == nil, used.contains(secret.key),
                let created = Timestamp(rfc3339: secret.creationTimestamp)
            else { return false }
            let controller = secret.controller.map {
                AdoptionCandidate.Controller(apiVersion: $0.apiVersion, kind: $0.kind, name: $0.name)
            }
            return Adoption.isCandidate(
                AdoptionCandidate(
                    name: secret.name, resourceVersion: secret.resourceVersion, created: created,
                    controller: controller, annotations: secret.annotations))
        }.map(\.key).sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    }

    func lives(_ secrets: [Managed]) -> CheckResult {
        let used = secrets.filter(\.isUsed)
        let ended = used.filter { $0.expiry.map { $0 <= now } ?? true }
        let late = used.filter { secret in
            secret.expiry.map { $0 > now && $0 - now < margin } ?? false
        }
        var message = "\(secrets.count) managed " + (secrets.count == 1 ? "Secret" : "Secrets")
        if used.count < secrets.count { message += ", \(secrets.count - used.count) of them used by nobody" }
        let details = secrets.map { "\($0.label): \(life(of: $0))" }
        let mend =
            "kubectl describe the Secret: an Event GitHubTokenRefreshFailed says why; then kubectl -n \(systemNamespace) "
            + "logs deployment/\(refresher)"
        if !ended.isEmpty {
            return .failed(
                .secrets, message + "; \(ended.count) in use without a token that works", mend: mend, details: details)
        }
        if !late.isEmpty {
            return .warning(
                .secrets,
                message + "; \(late.count) in use with less than \(Span.text(margin)) left, so the refresher is late",
                mend: mend, details: details)
        }
        return .ok(.secrets, message + (used.isEmpty ? "" : "; every token in use is fresh"), details: details)
    }

    func adoption(_ candidates: [ObjectKey]) -> CheckResult {
        guard !candidates.isEmpty else { return .ok(.adoption, "no token in use waits for adoption") }
        let counted = candidates.count == 1 ? "1 Secret of Kelos holds" : "\(candidates.count) Secrets of Kelos hold"
        return .warning(
            .adoption, "\(counted) a token in use that nobody refreshes",
            mend: "the refresher adopts them once the Workspace's secretRef names an App's Secret; or by hand: kubectl "
                + "annotate secret NAME \(RefreshAnnotation.appSecret)=APP-SECRET",
            details: candidates.map { "\($0.namespace)/\($0.name)" })
    }

    private func life(of secret: Managed) -> String {
        let use = secret.isUsed ? "" : ", used by nobody"
        guard let expiry = secret.expiry else {
            return "no token, or no \(RefreshAnnotation.expiresAt) that can be read\(use)"
        }
        return expiry > now
            ? "\(Span.text(expiry - now)) left\(use)" : "expired \(Span.text(now - expiry)) ago\(use)"
    }
}
