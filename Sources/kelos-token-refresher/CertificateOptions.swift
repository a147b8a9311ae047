import ArgumentParser
import CertificateRotation
import CommandOptions
import Kubernetes
import RefresherService
import Settings

struct CertificateOptions: ParsableArguments {
    @Option(
        name: .customLong("manage-webhook-certificates"), defaultAsFlag: "true", parsing: .next,
        help: ArgumentHelp(
            """
            Let the leader make and renew the webhook's certificate and its authority, in two Secrets and the \
            caBundle of each entry of the MutatingWebhookConfiguration. Without it nobody touches them. --once leaves them \
            alone.
            """, valueName: "true|false"))
    var managesText: String?

    @Option(
        name: .customLong("webhook-configuration-name"),
        help: ArgumentHelp("The MutatingWebhookConfiguration.", valueName: "name"))
    var configuration = "kelos-token-webhook"

    @Option(
        name: .customLong("webhook-certificate-namespace"),
        help: ArgumentHelp(
            "The namespace of both Secrets. (default: $POD_NAMESPACE, else that of the service account or kubeconfig)",
            valueName: "namespace"))
    var namespace: String?

    @Option(
        name: .customLong("webhook-ca-secret"),
        help: ArgumentHelp("The Secret of the certificate authority and its key.", valueName: "name"))
    var authoritySecret = "kelos-token-webhook-ca"

    @Option(
        name: .customLong("webhook-certificate-secret"),
        help: ArgumentHelp("The Secret that the webhook's pods mount.", valueName: "name"))
    var leafSecret = "kelos-token-webhook-cert"

    @Option(
        name: .customLong("webhook-ca-lifetime"),
        help: ArgumentHelp(
            "How long an authority lives; after two thirds of it the next one follows. (default: 87600h)",
            valueName: "duration"),
        transform: GoDuration.init(argument:))
    var authorityLifetime = GoDuration(RotationPolicy.standard.authorityLifetime)

    @Option(
        name: .customLong("webhook-certificate-lifetime"),
        help: ArgumentHelp(
            "How long a certificate of the webhook lives; it is renewed after two thirds of it. (default: 2160h)",
            valueName: "duration"),
        transform: GoDuration.init(argument:))
    var leafLifetime = GoDuration(RotationPolicy.standard.leafLifetime)

    @Option(
        name: .customLong("webhook-certificate-settle-time"),
        help: ArgumentHelp(
            """
            How long a new authority is in the bundles before it is used, so that all API servers know it, and how long \
            all webhooks have served a new certificate before the old authority is taken out. (default: 2m)
            """, valueName: "duration"),
        transform: GoDuration.init(argument:))
    var settleTime = GoDuration(RotationPolicy.standard.settleTime)

    /// nil where somebody else cares for the certificates.
    func settings() throws(ValidationError) -> RefresherSettings.WebhookCertificates? {
        let isOn = try Switch.isOn(managesText, flag: "--manage-webhook-certificates", default: false)
        do {
            let policy = try RotationPolicy(
                authorityLifetime: authorityLifetime.duration, leafLifetime: leafLifetime.duration,
                settleTime: settleTime.duration)
            guard isOn else { return nil }
            return RefresherSettings.WebhookCertificates(
                configuration: configuration, namespace: namespace, authoritySecret: authoritySecret,
                leafSecret: leafSecret, policy: policy)
        } catch {
            throw ValidationError(
                "\(error.message): --webhook-ca-lifetime is \(authorityLifetime), --webhook-certificate-lifetime "
                    + "\(leafLifetime), --webhook-certificate-settle-time \(settleTime).")
        }
    }

    func validate() throws {
        _ = try settings()
        for (flag, name) in [
            ("--webhook-configuration-name", configuration), ("--webhook-ca-secret", authoritySecret),
            ("--webhook-certificate-secret", leafSecret),
        ] where !KubernetesName.isSubdomain(name) {
            throw ValidationError("\(flag): \(SettingError.quote(name)) is no name of an object.")
        }
        guard authoritySecret != leafSecret else {
            throw ValidationError(
                "--webhook-ca-secret and --webhook-certificate-secret are both \(SettingError.quote(leafSecret)): the "
                    + "webhook must not get the authority's key.")
        }
        if let namespace, !KubernetesName.isLabel(namespace) {
            throw ValidationError(
                "--webhook-certificate-namespace: \(SettingError.quote(namespace)) is no name of a namespace.")
        }
    }
}

extension GoDuration {
    fileprivate init(_ span: Duration) {
        self.init(nanoseconds: Int64(span / .nanoseconds(1)))
    }
}
