import ArgumentParser
import Foundation
import Platform
import PodManifests
import Sandbox
import Settings
import UnixSignals

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve a small Kubernetes API and a GitHub API for Apps, in memory, to try things out.",
        discussion: """
            The Kubernetes API knows Namespaces, Secrets, Pods, Events, Services, Endpoints, Jobs, Deployments, \
            StatefulSets, Leases, MutatingWebhookConfigurations and the kelos.dev kinds; to a SubjectAccessReview it \
            answers that everything is allowed. kubectl works against it with the kubeconfig that is written. Webhooks of \
            a MutatingWebhookConfiguration are called where clientConfig has a url. Nothing runs: a Pod is an object and \
            no process.

            The GitHub API mints installation tokens for the Apps of --state. Without any, one App is made up: number \
            12345, installation 67890, its credentials in the Secret default/github-app.

            Faults are injected by POST of a JSON array to /sandbox/faults of either API, or from --faults at the start. \
            Both serve until SIGINT or SIGTERM, and forget everything then.

            For example:
              kelos-token sandbox --token-lifetime 90s --kubeconfig sandbox.kubeconfig
              kubectl --kubeconfig sandbox.kubeconfig get secrets
            """)

    @Option(
        help: "Where the Kubernetes API listens; port 0 takes a free one. (default: 127.0.0.1:0)",
        transform: BindAddress.init(argument:))
    var kubernetesAddress = BindAddress.listen(BindAddress.loopback, port: 0)

    @Option(
        help: "Where the GitHub API listens; port 0 takes a free one. (default: 127.0.0.1:0)",
        transform: BindAddress.init(argument:))
    var githubAddress = BindAddress.listen(BindAddress.loopback, port: 0)

    @Flag(help: "Serve the GitHub API over plain HTTP, for clients that cannot be given its authority.")
    var githubPlainHTTP = false

    @Option(
        help: "How long an installation token is good, such as 90s; GitHub's own is 1h. (default: 1h)",
        transform: GoDuration.init(argument:))
    var tokenLifetime = GoDuration.seconds(3600)

    @Option(help: "The shape of tokens: short is 40 characters, long about 520, as GitHub mints them since 2026.")
    var tokenFormat = GitHubAPI.TokenFormat.long

    @Option(help: "Requests an hour until GitHub's primary rate limit.")
    var githubHourlyLimit = 5000

    @Option(help: "The kubeconfig file to write.", completion: .file())
    var kubeconfig = "sandbox.kubeconfig"

    @Option(
        name: .customLong("ca-file"), help: "Also write the authority's certificate (PEM) here.", completion: .file())
    var authorityFile: String?

    @Option(help: "A file of Kubernetes objects and GitHubApps to start with, YAML or JSON.", completion: .file())
    var state: String?

    @Option(
        help: "A JSON or YAML file {\"kubernetes\": [...], \"github\": [...]} of faults to start with.",
        completion: .file())
    var faults: String?

    func validate() throws {
        if kubernetesAddress == .off || githubAddress == .off {
            throw ValidationError("Both APIs need an address; 127.0.0.1:0 takes a free port.")
        }
        if tokenLifetime < .seconds(1) { throw ValidationError("A token must be good for a second at least.") }
    }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        ProcessFiles.ignoreBrokenPipes()
        do {
            let webhooks = WebhookCalls()
            let sandbox = try Sandbox(try settings(), environment: Self.environment, admission: webhooks)
            try write(sandbox)
            Self.announce(sandbox, kubeconfig: kubeconfig)
            let ticks = Task {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(1))
                    sandbox.kubernetes.tick()
                }
            }
            for await _ in signals { break }
            ticks.cancel()
            await sandbox.stop()
            await webhooks.stop()
        } catch {
            StandardError.write("error: \(error)")
            throw ExitCode.failure
        }
    }

    private func settings() throws -> Sandbox.Settings {
        var settings = Sandbox.Settings()
        settings.kubernetesAddress = Self.address(kubernetesAddress)
        settings.gitHubAddress = Self.address(githubAddress)
        settings.isGitHubTLS = !githubPlainHTTP
        settings.gitHub.tokenSeconds = tokenLifetime.duration.components.seconds
        settings.gitHub.format = tokenFormat
        settings.gitHub.hourlyLimit = githubHourlyLimit
        if let state {
            settings.state = try SandboxState(
                file: InputFile.name(state), bytes: try InputFile.bytes(of: state))
        }
        if settings.state.apps.isEmpty { try settings.state.addDefaultApp() }
        if let faults {
            let script = try ManifestReader.manifests(in: try InputFile.bytes(of: faults), file: InputFile.name(faults))
                .first?.value
            settings.kubernetesFaults = try FaultScript(script?["kubernetes"] ?? [])
            settings.gitHubFaults = try FaultScript(script?["github"] ?? [])
        }
        return settings
    }

    private static func address(_ bind: BindAddress) -> SocketAddress {
        guard case .listen(let host, let port) = bind else { return SocketAddress(host: "127.0.0.1", port: 0) }
        return SocketAddress(host: host.map { "\($0)" }, port: port)
    }

    private static let environment = SandboxEnvironment(
        now: { WallClock.now().seconds },
        random: {
            var generator = SystemRandomNumberGenerator()
            return generator.next()
        })

    /// The kubeconfig holds a credential, so nobody else may read it.
    private func write(_ sandbox: Sandbox) throws {
        guard
            FileManager.default.createFile(
                atPath: kubeconfig, contents: Data(sandbox.kubeconfig), attributes: [.posixPermissions: 0o600])
        else { throw ManifestError(file: kubeconfig, problem: "cannot be written") }
        if let authorityFile {
            guard FileManager.default.createFile(atPath: authorityFile, contents: Data(sandbox.authority)) else {
                throw ManifestError(file: authorityFile, problem: "cannot be written")
            }
        }
    }

    private static func announce(_ sandbox: Sandbox, kubeconfig: String) {
        let text = """
            Kubernetes API  \(sandbox.kubernetesURL)
            GitHub API      \(sandbox.gitHubURL)

            Try it:
              export KUBECONFIG=\(kubeconfig)
              kubectl get secrets
            Inject a fault:
              kubectl create --raw /sandbox/faults -f - <<<'[{"method": "PATCH", "status": 409, "reason": "Conflict"}]'
            Stop with Ctrl-C.

            """
        // Not print: whoever waits for these lines may read them through a pipe.
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}

extension GitHubAPI.TokenFormat: ExpressibleByArgument {}
