import ArgumentParser
import Foundation
import HTTPClient
import InstallationCheck
import KubeconfigYAML
import Kubernetes
import Platform
import Settings

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find the broken link of an installation.",
        discussion: """
            Looks at everything between a pod that is created and a token that stays fresh: the registration of the webhook, \
            its Service and certificate, two pods on trial (dryRun=All, nothing is stored), the refresher with its Lease and \
            rights, the managed Secrets, and pods that run without the token's file. Prints a line each, and what to do \
            where something is wrong. Changes nothing, and prints no data of a Secret.

            It needs no more rights than its user has: what that user may not see is skipped, with the reason.

            Exit status: 0 when nothing failed, warnings and skipped checks included; 1 when something did; 64 when the \
            command line was wrong.

            For example:
              kelos-token check
              kelos-token check --context production -n team-a -o json
            """)

    enum Output: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Option(
        help: "The kubeconfig. (default: $KUBECONFIG, else the pod's service account, else ~/.kube/config)",
        completion: .file())
    var kubeconfig: String?

    @Option(help: "The kubeconfig's context. (default: its current-context)")
    var context: String?

    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: """
            Look at pods and Secrets of this namespace only, and try pods there. (default: look at all; try in the \
            context's namespace)
            """)
    var namespace: String?

    @Option(name: [.customShort("o"), .customLong("output")], help: "text or json.")
    var output = Output.text

    @Option(help: "Where the webhook and the refresher run.")
    var webhookNamespace = CheckSettings().systemNamespace

    @Option(help: "The MutatingWebhookConfiguration's name.")
    var webhookConfiguration = CheckSettings().configuration

    @Option(help: "The Secret that the webhook's pods mount as their certificate.")
    var certificateSecret = CheckSettings().certificateSecret

    @Option(help: "The refresher's name, that of its Deployment and its Lease.")
    var refresherName = CheckSettings().refresher

    @Flag(help: "Expect no refresher: Kelos, or something else, keeps the tokens fresh.")
    var withoutRefresher = false

    func validate() throws {
        for (flag, value) in [
            ("--namespace", namespace), ("--webhook-namespace", webhookNamespace),
            ("--webhook-configuration", webhookConfiguration), ("--certificate-secret", certificateSecret),
            ("--refresher-name", refresherName), ("--kubeconfig", kubeconfig), ("--context", context),
        ] where value?.isEmpty == true {
            throw ValidationError("\(flag) must not be empty.")
        }
    }

    func run() async throws {
        ProcessFiles.ignoreBrokenPipes()
        let report = try await report()
        FileHandle.standardOutput.write(Data((output == .json ? report.json : report.text).utf8))
        if report.hasFailed { throw ExitCode.failure }
    }

    private func report() async throws -> CheckReport {
        let environment = ProcessInfo.processInfo.environment
        let access: ClusterAccess
        do {
            access = try await ClusterAccess.load(
                flag: kubeconfig, context: context, environment: environment, decodeYAML: KubeconfigYAML.json,
                readFile: Self.readFile)
        } catch {
            return InstallationCheck.report(error)
        }
        var settings = CheckSettings()
        settings.systemNamespace = webhookNamespace
        settings.configuration = webhookConfiguration
        settings.certificateSecret = certificateSecret
        settings.refresher = refresherName
        settings.expectsRefresher = !withoutRefresher
        settings.namespace = namespace
        settings.probeNamespace = namespace ?? access.namespace ?? settings.probeNamespace
        settings.isInCluster = AccessSource.choose(flag: kubeconfig, environment: environment) == .inCluster
        return try await report(settings, access)
    }

    private func report(_ settings: CheckSettings, _ access: ClusterAccess) async throws -> CheckReport {
        let program = "kelos-token/\(BuildVersion.project)"
        var connection = HTTPClientSettings()
        connection.userAgent = program
        connection.proxy = .environment()
        let http = try HTTPClient(connection)
        let clock = SystemClock()
        let transport = ReloadingTransport(access, clock: clock, readFile: Self.readFile) { material in
            http.use(
                ClientTLS(
                    authorities: material.authority, certificate: material.certificate, key: material.key?.value))
            return http
        }
        let dates = ServerDates(transport, clock: clock)
        let client = KubernetesClient(
            access, transport: dates, clock: clock, observer: Unobserved(), fieldManager: "kelos-token-check",
            userAgent: program, readFile: Self.readFile)
        let report = try await InstallationCheck(settings, client: client, dates: dates).report()
        await http.shutdown()
        return report
    }

    /// Certificates, tokens and kubeconfigs are a few KiB.
    private static let readFile: ReadFile = { path in
        let longestFile = 4 << 20
        return try FileContents.read(path, limit: longestFile)
    }
}

/// One request after the other, each told by its result.
private struct Unobserved: KubernetesObserver {
    func requestFinished(code: String, method: String, host: String) {}
}
