internal import PodManifests
internal import Settings
internal import TokenRefresh

/// What the refresher's Deployment says about how it runs.
struct RefresherDeployment: Sendable, Equatable {
    let wanted: Int
    let available: Int
    let serviceAccount: String
    /// The namespaces of `--namespace`; empty for all.
    let namespaces: [String]
    let margin: Duration

    init(_ value: ManifestValue, defaultAccount: String) {
        wanted = value[path: ["spec", "replicas"]]?.integer ?? 1
        available = value[path: ["status", "availableReplicas"]]?.integer ?? 0
        let pod = value[path: ["spec", "template", "spec"]]
        serviceAccount = pod?["serviceAccountName"]?.string ?? defaultAccount
        var arguments: [String] = []
        for container in pod?["containers"]?.elements ?? [] {
            for list in ["command", "args"] { arguments += (container[list]?.elements ?? []).compactMap(\.string) }
        }
        namespaces = Self.values(of: "--namespace", in: arguments)
        margin =
            Self.values(of: "--refresh-margin", in: arguments).last.flatMap { try? GoDuration(argument: $0).duration }
            ?? RefreshPolicy.defaultMargin
    }

    /// `--flag=value` and `--flag value`.
    private static func values(of flag: String, in arguments: [String]) -> [String] {
        arguments.indices.compactMap { position in
            let argument = arguments[position]
            if argument.hasPrefix("\(flag)=") { return String(argument.dropFirst(flag.count + 1)) }
            return argument == flag && position + 1 < arguments.count ? arguments[position + 1] : nil
        }
    }
}

/// Whether the refresher runs.
struct DeploymentCheck {
    let name: String
    let namespace: String

    func result(_ reading: Reading<RefresherDeployment>) -> CheckResult {
        if let obstacle = reading.obstacle(.refresher, right: "get deployments -n \(namespace)") { return obstacle }
        guard let deployment = reading.value else {
            return .failed(
                .refresher, "there is no Deployment \(namespace)/\(name), so tokens end after an hour",
                mend: "install the refresher, or say --without-refresher where Kelos itself keeps the tokens fresh")
        }
        let mend = "kubectl -n \(namespace) describe deployment \(name), then the log of its pods"
        let state =
            "Deployment \(namespace)/\(name) has \(deployment.available) of \(deployment.wanted) replicas available"
        if deployment.available == 0 { return .failed(.refresher, state, mend: mend) }
        if deployment.available < deployment.wanted { return .warning(.refresher, state, mend: mend) }
        return .ok(.refresher, state)
    }
}
