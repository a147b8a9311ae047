import ArgumentParser
import CommandOptions
import HTTPClient
import Operations
import Platform
import RefresherService
import Settings
import TokenRefresh

extension RefresherCommand {
    /// The variables that count, as far as they are set.
    static var environment: [String: String] {
        let names =
            clusterVariables + proxyVariables + [apiVariable, "POD_NAME", "POD_NAMESPACE"]
        return names.reduce(into: [:]) { values, name in values[name] = ProcessEnvironment.value(name) }
    }

    private static let apiVariable = "GITHUB_API_BASE_URL"
    private static let clusterVariables = [
        "KUBECONFIG", "HOME", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT",
    ]
    private static let proxyVariables = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"]

    /// The settings that command line and environment ask for.
    ///
    /// - Throws: `ValidationError`, which exits with 64, when a flag, a variable or the file it names cannot be used.
    func settings(environment: [String: String]) throws -> RefresherSettings {
        RefresherSettings(
            cluster: RefresherSettings.Cluster(
                kubeconfig: cluster.kubeconfig, context: cluster.context, environment: environment),
            namespaces: distinct(cluster.namespaces), secretSelector: cluster.selector,
            policy: RefreshPolicy(margin: gitHub.margin.duration), endpoints: try endpoints(environment),
            gitHubAuthorities: try authorities(), proxy: .environment { environment[$0] },
            verifiesTokens: try gitHub.verifiesTokens(), isDryRun: try running.isDryRun(),
            runsOnce: try running.runsOnce(), election: try election.settings(),
            webhookCertificates: try certificates.settings(), admin: admin.settings,
            gracefulShutdownTimeout: running.shutdownTimeout.duration, logs: logs.settings,
            podName: environment["POD_NAME"], podNamespace: environment["POD_NAMESPACE"], libraries: Self.libraries)
    }

    private func endpoints(_ environment: [String: String]) throws(ValidationError) -> EndpointChoice {
        let text = gitHub.apiBaseURL ?? environment[Self.apiVariable]
        let origin = gitHub.apiBaseURL == nil ? Self.apiVariable : "--github-api-base-url"
        let standard: GitHubAPI
        do {
            standard = try text.map { text throws(RefreshFailure) in try GitHubAPI(parsing: text) } ?? .gitHub
        } catch {
            throw ValidationError("\(origin): \(error.message); write for example https://ghe.example.com/api/v3.")
        }
        do {
            return EndpointChoice(
                standard: standard, trusted: try TrustedHosts(api: standard, hosts: gitHub.allowedHosts))
        } catch {
            throw ValidationError("\(error.message).")
        }
    }

    private func authorities() throws(ValidationError) -> [UInt8]? {
        guard let path = gitHub.authorities else { return nil }
        do {
            return try GitHubAuthorities.read(path)
        } catch {
            throw ValidationError("--github-ca-file \(path): \(error).")
        }
    }

    /// Two watches of one namespace would do everything twice.
    private func distinct(_ namespaces: [String]) -> [String] {
        namespaces.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
