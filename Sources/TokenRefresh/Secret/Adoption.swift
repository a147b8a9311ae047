/// A Secret without our annotations that may be the token of a Kelos from before token files.
package struct AdoptionCandidate: Equatable, Sendable {
    /// The entry of `metadata.ownerReferences` with `controller: true`.
    package struct Controller: Equatable, Sendable {
        package let apiVersion: String
        package let kind: String
        package let name: String

        package init(apiVersion: String, kind: String, name: String) {
            self.apiVersion = apiVersion
            self.kind = kind
            self.name = name
        }
    }

    package let name: String
    package let resourceVersion: String
    package let created: Timestamp
    package let controller: Controller?
    package let annotations: [String: String]

    package init(
        name: String, resourceVersion: String, created: Timestamp, controller: Controller?,
        annotations: [String: String] = [:]
    ) {
        self.name = name
        self.resourceVersion = resourceVersion
        self.created = created
        self.controller = controller
        self.annotations = annotations
    }
}

/// Whether Secrets are taken into care that nobody has annotated. Kelos leaves an owner with a token of its own (a PAT)
/// without a derived Secret, so what is looked at is the name, the owner, and that the source is an App's Secret.
package enum Adoption {
    /// An installation token lives an hour (docs.github.com), and Kelos minted it when it made the Secret.
    package static let assumedLife: Duration = .seconds(3600)

    /// Kelos's test for a Secret of an App: all three keys (`IsGitHubApp`).
    package static let appKeys = ["appID", "installationID", "privateKey"]

    /// Whether it is worth reading the owner's Workspace: cheap, by metadata alone.
    package static func isCandidate(_ secret: AdoptionCandidate) -> Bool {
        guard secret.annotations[RefreshAnnotation.appSecret] == nil, let controller = secret.controller,
            controller.apiVersion.hasPrefix("kelos.dev/")
        else { return false }
        switch controller.kind {
        case "Task", "WorkerPool": return secret.name == controller.name + "-github-token"
        case "Session": return isSessionToken(secret.name, of: controller.name)
        default: return false
        }
    }

    /// What a candidate's annotations become.
    package struct Decision: Equatable, Sendable {
        package let appSecret: String
        /// Assumed, until the first refresh tells.
        package let expiry: Timestamp
    }

    /// Decides about a candidate.
    ///
    /// - Parameters:
    ///   - source: the name in the Workspace's `secretRef`; nil if there is none.
    ///   - sourceKeys: the keys of that Secret's data.
    /// - Returns: nil if the Secret must be left alone.
    package static func decide(
        _ secret: AdoptionCandidate, source: String?, sourceKeys: some Sequence<String>
    ) -> Decision? {
        guard isCandidate(secret), let source, source != secret.name, Set(sourceKeys).isSuperset(of: appKeys) else {
            return nil
        }
        return Decision(appSecret: source, expiry: secret.created + assumedLife)
    }

    /// Kelos cuts a name above 63 characters to its first 54, a hyphen and eight digits of a hash, which need not be
    /// computed to know the name again.
    private static func isSessionToken(_ name: String, of session: String) -> Bool {
        let whole = session + "-session-github-token"
        guard whole.utf8.count > 63 else { return name == whole }
        let start = Array(whole.utf8.prefix(54)) + [UInt8(ascii: "-")]
        let bytes = Array(name.utf8)
        return bytes.count == 63 && bytes.starts(with: start)
            && bytes[55...].allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
