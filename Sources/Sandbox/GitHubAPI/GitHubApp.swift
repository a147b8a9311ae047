package import PodManifests
package import TLS

/// An App that the API knows, with its installations.
package struct GitHubApp: Sendable {
    /// Where an App is installed, and what it may do there.
    package struct Installation: Sendable {
        package var id: Int
        package var account: String
        /// Names without the owner.
        package var repositories: [String]
        /// `contents: write` and the like.
        package var permissions: [String: String]
        package var isSuspended = false

        package init(
            id: Int, account: String = "octo-org", repositories: [String] = ["hello", "world"],
            permissions: [String: String] = ["contents": "write", "metadata": "read", "pull_requests": "write"]
        ) {
            self.id = id
            self.account = account
            self.repositories = repositories
            self.permissions = permissions
        }
    }

    package var id: Int
    /// What GitHub recommends as issuer; the App's number is taken too.
    package var clientID: String
    package var key: RSAPublicKey
    package var installations: [Installation]

    package init(id: Int, clientID: String, key: RSAPublicKey, installations: [Installation]) {
        self.id = id
        self.clientID = clientID
        self.key = key
        self.installations = installations
    }

    /// Reads the `spec` of a GitHubApp document of the state file:
    /// `{appID, clientID, key: PEM, installations: [{id, account, repositories, permissions, suspended}]}`.
    package init(_ spec: ManifestValue) throws(FaultProblem) {
        guard let id = spec["appID"]?.integer, let pem = spec["key"]?.string else {
            throw FaultProblem(description: "a GitHubApp needs appID (a number) and key (PEM)")
        }
        do throws(TLSError) {
            key = try RSAPublicKey(pem: Array(pem.utf8))
        } catch {
            throw FaultProblem(description: "the key of GitHubApp \(id) is no PEM key")
        }
        self.id = id
        clientID = spec["clientID"]?.string ?? "Iv1.\(id)"
        installations = (spec["installations"]?.elements ?? []).compactMap { entry in
            guard let id = entry["id"]?.integer else { return nil }
            var installation = Installation(id: id)
            if let account = entry["account"]?.string { installation.account = account }
            if let names = entry["repositories"]?.elements { installation.repositories = names.compactMap(\.string) }
            if let permissions = entry["permissions"] { installation.permissions = permissions.strings }
            installation.isSuspended = entry["suspended"]?.isTrue ?? false
            return installation
        }
    }
}
