package import CertificateRotation
package import HTTPClient
package import Kubernetes
package import Operations
package import TokenRefresh

/// Everything the refresher is told from outside, read and checked before anything is connected.
package struct RefresherSettings: Sendable {
    /// Who is to refresh when several replicas run.
    package struct Election: Sendable {
        package var timing: ElectionTiming
        /// nil: the pod's own, or the kubeconfig's.
        package var namespace: String?
        package var name: String

        package init(timing: ElectionTiming, namespace: String?, name: String) {
            self.timing = timing
            self.namespace = namespace
            self.name = name
        }
    }

    /// Where the Kubernetes API is.
    package struct Cluster: Sendable {
        /// `--kubeconfig`.
        package var kubeconfig: String?
        /// nil: the kubeconfig's current one.
        package var context: String?
        /// `KUBECONFIG`, `HOME`, `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`, as far as they are set.
        package var environment: [String: String]

        package init(kubeconfig: String?, context: String?, environment: [String: String]) {
            self.kubeconfig = kubeconfig
            self.context = context
            self.environment = environment
        }
    }

    /// The webhook's certificates, where they are managed here.
    package struct WebhookCertificates: Sendable {
        /// The MutatingWebhookConfiguration.
        package var configuration: String
        /// Of the Secrets; nil: the pod's own, or the kubeconfig's.
        package var namespace: String?
        package var authoritySecret: String
        package var leafSecret: String
        package var policy: RotationPolicy

        package init(
            configuration: String, namespace: String?, authoritySecret: String, leafSecret: String,
            policy: RotationPolicy
        ) {
            self.configuration = configuration
            self.namespace = namespace
            self.authoritySecret = authoritySecret
            self.leafSecret = leafSecret
            self.policy = policy
        }
    }

    package var cluster: Cluster
    /// Empty for all namespaces.
    package var namespaces: [String]
    package var secretSelector: String?
    package var policy: RefreshPolicy
    package var endpoints: EndpointChoice
    /// PEM of all authorities that GitHub's certificate may come from; nil for those the system trusts.
    package var gitHubAuthorities: [UInt8]?
    package var proxy: ProxySettings
    package var verifiesTokens: Bool
    package var isDryRun: Bool
    /// One pass over all Secrets instead of a service.
    package var runsOnce: Bool
    /// nil: this replica always works.
    package var election: Election?
    /// nil: somebody else cares for them.
    package var webhookCertificates: WebhookCertificates?
    package var admin: AdminSettings
    /// From the signal on, how long refreshes may still take.
    package var gracefulShutdownTimeout: Duration
    package var logs: LogSettings
    /// `POD_NAME`; nil outside a cluster.
    package var podName: String?
    /// `POD_NAMESPACE`; nil outside a cluster.
    package var podNamespace: String?
    /// The libraries' versions, for the first log line.
    package var libraries: [String: String]

    package init(
        cluster: Cluster, namespaces: [String], secretSelector: String?, policy: RefreshPolicy,
        endpoints: EndpointChoice, gitHubAuthorities: [UInt8]?, proxy: ProxySettings, verifiesTokens: Bool,
        isDryRun: Bool, runsOnce: Bool, election: Election?,
        webhookCertificates: WebhookCertificates?, admin: AdminSettings, gracefulShutdownTimeout: Duration,
        logs: LogSettings, podName: String?, podNamespace: String?, libraries: [String: String]
    ) {
        self.cluster = cluster
        self.namespaces = namespaces
        self.secretSelector = secretSelector
        self.policy = policy
        self.endpoints = endpoints
        self.gitHubAuthorities = gitHubAuthorities
        self.proxy = proxy
        self.verifiesTokens = verifiesTokens
        self.isDryRun = isDryRun
        self.runsOnce = runsOnce
        self.election = election
        self.webhookCertificates = webhookCertificates
        self.admin = admin
        self.gracefulShutdownTimeout = gracefulShutdownTimeout
        self.logs = logs
        self.podName = podName
        self.podNamespace = podNamespace
        self.libraries = libraries
    }
}
