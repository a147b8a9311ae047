internal import Kubernetes
internal import TokenRefresh

/// Whether the Secrets that tokens are minted from are there and are those of a GitHub App.
enum SourceCheck {
    /// Each is read by a request of its own; more would make the check a load.
    static let mostSources = 100

    /// - Parameters:
    ///   - sources: what was read of each.
    ///   - unread: how many more there are.
    static func result(_ sources: [(key: ObjectKey, reading: Reading<SecretContents>)], unread: Int) -> CheckResult {
        var problems: [String] = []
        var unreadable: Reading<SecretContents>?
        for (key, reading) in sources {
            // Anything may be written there; what is no name is not repeated, because it may be a credential.
            guard KubernetesName.isSubdomain(key.name) else {
                problems.append(
                    "\(key.namespace): an annotation \(RefreshAnnotation.appSecret) does not hold the name of a Secret")
                continue
            }
            let label = "\(key.namespace)/\(key.name)"
            switch reading {
            case .missing: problems.append("\(label) does not exist")
            case .found(let contents):
                let missing = Adoption.appKeys.filter { !contents.keys.contains($0) }
                if !missing.isEmpty { problems.append("\(label) lacks \(missing.joined(separator: ", "))") }
            case .forbidden, .failed: unreadable = reading
            }
        }
        guard problems.isEmpty else {
            return .failed(
                .sources, "\(problems.count) App " + (problems.count == 1 ? "Secret" : "Secrets") + " cannot be used",
                mend: "create it from the GitHub App: kubectl create secret generic NAME -n NAMESPACE "
                    + "--from-literal=appID=... --from-literal=installationID=... --from-file=privateKey=app.pem",
                details: problems)
        }
        if let obstacle = unreadable?.obstacle(.sources, right: "get secrets") { return obstacle }
        guard !sources.isEmpty else { return .ok(.sources, "no App Secret is needed") }
        let counted = "\(sources.count) App " + (sources.count == 1 ? "Secret has" : "Secrets have")
        return .ok(
            .sources,
            "\(counted) \(Adoption.appKeys.joined(separator: ", "))" + (unread > 0 ? "; \(unread) more not read" : ""))
    }
}
