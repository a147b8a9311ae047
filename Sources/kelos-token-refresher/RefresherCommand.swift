import ArgumentParser
import CommandOptions
import HTTPClient
import Platform
import RefresherService
import Settings
import TLS

/// The refresher's command line: flags in, a running worker, an exit code out.
@main
struct RefresherCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Refresher.name,
        abstract: "Mints GitHub App installation tokens again before they expire, in the Secrets that hold them.",
        discussion: """
            Refreshes every Secret with the annotation kelos.dev/github-app-secret, which names the Secret of a GitHub \
            App (appID, installationID, privateKey) in the same namespace, and takes up the token Secrets of a Kelos that \
            does not annotate them. A token whose Task, Session or WorkerPool is not running is left alone.

            A flag wins over its environment variable, that over the default. Durations are written as in Go: 500ms, 15s, \
            1m30s. HTTPS_PROXY and NO_PROXY count for both APIs. POD_NAME and POD_NAMESPACE name this replica and the \
            namespace of its Lease.

            Exit codes: 0 after a clean stop, and after --once when nothing failed; 1 when there is no way to the cluster, \
            an address cannot be bound, --once left something undone, or at a second signal; 64 for a flag that cannot be \
            used.
            """,
        version: versionLine)

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions
    @OptionGroup(title: "GitHub") var gitHub: GitHubOptions
    @OptionGroup(title: "Run") var running: RunOptions
    @OptionGroup(title: "Leader election") var election: ElectionOptions
    @OptionGroup(title: "Webhook certificates") var certificates: CertificateOptions
    @OptionGroup(title: "Addresses") var admin: AdminAddressOptions
    @OptionGroup(title: "Logs") var logs: LogOptions

    static var libraries: [String: String] {
        // `libcurl/7.88.1 OpenSSL/3.0.17 ...`: the libraries of curl's own fill lines.
        let curl = HTTPClient.libraryVersion.prefix { $0 != " " }.drop { $0 != "/" }.dropFirst()
        return ["openssl": TLSContext.libraryVersion, "curl": String(curl), "swift": BuildVersion.swift]
    }

    private static var versionLine: String {
        let libraries = Self.libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "\(Refresher.name) \(BuildVersion.project) (\(libraries.joined(separator: ", ")))"
    }

    static func main() async {
        ProcessFiles.ignoreUserSignal()
        await runAndExit()
    }

    func run() async throws {
        do {
            try await Refresher.run(settings(environment: Self.environment))
        } catch is RefresherFailure {
            // Logged where it happened; standard error carries log lines only.
            throw ExitCode.failure
        }
    }
}
