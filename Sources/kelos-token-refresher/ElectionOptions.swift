import ArgumentParser
import CommandOptions
import Kubernetes
import RefresherService
import Settings

struct ElectionOptions: ParsableArguments {
    @Option(
        name: .customLong("leader-elect"), defaultAsFlag: "true", parsing: .next,
        help: ArgumentHelp(
            "Let one of several replicas work and the others stand by. They do unless this is false.",
            valueName: "true|false"))
    var electText: String?

    @Option(
        name: .customLong("leader-elect-lease-duration"),
        help: ArgumentHelp(
            "How long standbys leave a Lease alone that is not renewed. (default: 15s)", valueName: "duration"),
        transform: GoDuration.init(argument:))
    var leaseDuration = GoDuration.seconds(15)

    @Option(
        name: .customLong("leader-elect-renew-deadline"),
        help: ArgumentHelp(
            "How long the leader goes on without having renewed the Lease. (default: 10s)", valueName: "duration"),
        transform: GoDuration.init(argument:))
    var renewDeadline = GoDuration.seconds(10)

    @Option(
        name: .customLong("leader-elect-retry-period"),
        help: ArgumentHelp("Between two looks at the Lease. (default: 2s)", valueName: "duration"),
        transform: GoDuration.init(argument:))
    var retryPeriod = GoDuration.seconds(2)

    @Option(
        name: .customLong("leader-elect-lease-namespace"),
        help: ArgumentHelp(
            "The Lease's namespace. (default: $POD_NAMESPACE, else that of the service account or kubeconfig)",
            valueName: "namespace"))
    var leaseNamespace: String?

    @Option(name: .customLong("leader-elect-lease-name"), help: ArgumentHelp("The Lease's name.", valueName: "name"))
    var leaseName = Refresher.name

    /// nil without an election.
    func settings() throws(ValidationError) -> RefresherSettings.Election? {
        guard try Switch.isOn(electText, flag: "--leader-elect", default: true) else { return nil }
        do {
            let timing = try ElectionTiming(
                leaseDuration: leaseDuration.duration, renewDeadline: renewDeadline.duration,
                retryPeriod: retryPeriod.duration)
            return RefresherSettings.Election(timing: timing, namespace: leaseNamespace, name: leaseName)
        } catch {
            throw ValidationError(
                "\(error.message): --leader-elect-lease-duration is \(leaseDuration), "
                    + "--leader-elect-renew-deadline \(renewDeadline), --leader-elect-retry-period \(retryPeriod).")
        }
    }

    func validate() throws {
        _ = try settings()
        if let leaseNamespace, !KubernetesName.isLabel(leaseNamespace) {
            throw ValidationError(
                "--leader-elect-lease-namespace: \(SettingError.quote(leaseNamespace)) is no name of a namespace.")
        }
        guard KubernetesName.isSubdomain(leaseName) else {
            throw ValidationError("--leader-elect-lease-name: \(SettingError.quote(leaseName)) is no name of a Lease.")
        }
    }
}
