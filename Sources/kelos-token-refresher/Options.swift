import ArgumentParser
import CommandOptions
import Kubernetes
import Settings

struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A kubeconfig in JSON. Without it $KUBECONFIG, then the pod's service account, then ~/.kube/config.",
            discussion: "Made from YAML by: kubectl config view --raw --minify --output=json", valueName: "file"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The kubeconfig's context. (default: its current-context)", valueName: "name"))
    var context: String?

    @Option(
        name: .customLong("namespace"),
        help: ArgumentHelp(
            "A namespace whose Secrets are refreshed; may be repeated. (default: all namespaces)",
            valueName: "namespace"))
    var namespaces: [String] = []

    @Option(
        name: .customLong("secret-selector"),
        help: ArgumentHelp(
            "Refresh only Secrets whose labels match, as kubectl's -l has it.", valueName: "selector"))
    var selector: String?

    func validate() throws {
        for namespace in namespaces where !KubernetesName.isLabel(namespace) {
            throw ValidationError("--namespace: \(SettingError.quote(namespace)) is no name of a namespace.")
        }
    }
}

struct GitHubOptions: ParsableArguments {
    @Option(
        name: .customLong("github-api-base-url"),
        help: ArgumentHelp(
            """
            The API for Secrets that neither their annotation kelos.dev/github-api-url nor their Workspace's repository \
            leads to another one. Without it $GITHUB_API_BASE_URL. (default: https://api.github.com)
            """, valueName: "url"))
    var apiBaseURL: String?

    @Option(
        name: .customLong("allow-github-host"),
        help: ArgumentHelp(
            """
            A GitHub Enterprise Server, host or host:port, that annotations and Workspaces may name; may be repeated, and \
            * is every host. github.com, *.ghe.com and the host of --github-api-base-url are always allowed.
            """, valueName: "host"))
    var allowedHosts: [String] = []

    @Option(
        name: .customLong("github-ca-file"),
        help: ArgumentHelp(
            "PEM authorities that GitHub's certificate may come from, besides the system's. Read at the start.",
            valueName: "file"))
    var authorities: String?

    @Option(
        name: .customLong("refresh-margin"),
        help: ArgumentHelp(
            """
            Life that is left in a token when a new one is minted at the latest; some are minted up to two fifths of it \
            earlier, so that not all come at once. (default: 5m)
            """, valueName: "duration"),
        transform: GoDuration.init(argument:))
    var margin = GoDuration.seconds(300)

    @Option(
        name: .customLong("verify-tokens"), defaultAsFlag: "true", parsing: .next,
        help: ArgumentHelp(
            "Try each new token once before it replaces the old one. It is tried unless this is false.",
            valueName: "true|false"))
    var verifyTokensText: String?

    func verifiesTokens() throws(ValidationError) -> Bool {
        try Switch.isOn(verifyTokensText, flag: "--verify-tokens", default: true)
    }

    func validate() throws {
        _ = try verifiesTokens()
        // A token lives one hour, and is kept for a quarter of its life at least.
        guard (GoDuration.seconds(1)...GoDuration.seconds(2700)).contains(margin) else {
            throw ValidationError("--refresh-margin must be between 1s and 45m, not \(margin): a token lives one hour.")
        }
    }
}

struct RunOptions: ParsableArguments {
    @Option(
        name: .customLong("dry-run"), defaultAsFlag: "true", parsing: .next,
        help: ArgumentHelp(
            "Log what would be done; mint and write nothing, and take part in no election.", valueName: "true|false"))
    var dryRunText: String?

    @Option(
        name: .customLong("once"), defaultAsFlag: "true", parsing: .next,
        help: ArgumentHelp(
            "Refresh what is due now and exit: no election, no probes, no metrics.", valueName: "true|false"))
    var onceText: String?

    @Option(
        name: .customLong("graceful-shutdown-timeout"),
        help: ArgumentHelp(
            """
            How long refreshes under way may still take after SIGTERM or SIGINT. A second signal exits at once. \
            (default: 30s)
            """, valueName: "duration"),
        transform: GoDuration.init(argument:))
    var shutdownTimeout = GoDuration.seconds(30)

    func isDryRun() throws(ValidationError) -> Bool {
        try Switch.isOn(dryRunText, flag: "--dry-run", default: false)
    }

    func runsOnce() throws(ValidationError) -> Bool {
        try Switch.isOn(onceText, flag: "--once", default: false)
    }

    func validate() throws {
        _ = try isDryRun()
        _ = try runsOnce()
    }
}
