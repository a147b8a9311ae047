/// Every metric of the refresher. All series exist from the first scrape on, but those that name a Secret.
package struct RefresherMetrics: Sendable {
    /// What this refresher can count: the closed sets behind the labels.
    package struct Labels: Sendable {
        package var controller: String
        /// How many Secrets are worked on at once.
        package var workers: Int
        package var failures: [RefreshMetrics.Failure]
        package var releases: [String]
        package var watchRestarts: [String]
        /// Host and port of the API server.
        package var apiServer: String
        package var lease: String
        package var version: String
        package var swiftVersion: String

        package init(
            controller: String, workers: Int, failures: [RefreshMetrics.Failure], releases: [String],
            watchRestarts: [String], apiServer: String, lease: String, version: String, swiftVersion: String
        ) {
            self.controller = controller
            self.workers = workers
            self.failures = failures
            self.releases = releases
            self.watchRestarts = watchRestarts
            self.apiServer = apiServer
            self.lease = lease
            self.version = version
            self.swiftVersion = swiftVersion
        }
    }

    package let registry: MetricsRegistry
    package let refreshes: RefreshMetrics
    package let secrets: SecretMetrics
    package let pods: PodMetrics
    package let queue: WorkQueueMetrics
    package let gitHub: GitHubAPIMetrics
    package let kubernetes: KubernetesMetrics
    package let webhookCertificates: WebhookCertificateMetrics

    /// - Parameters:
    ///   - now: nanoseconds of a monotonic clock.
    ///   - readProcess: reads the kernel's files about this process, once per scrape; nil when it cannot.
    package init(
        _ labels: Labels, now: @escaping @Sendable () -> UInt64,
        readProcess: @escaping @Sendable () -> ProcessReading?
    ) {
        var registry = MetricsRegistry()
        refreshes = RefreshMetrics(&registry, failures: labels.failures)
        secrets = SecretMetrics(&registry, releases: labels.releases)
        pods = PodMetrics(&registry)
        queue = WorkQueueMetrics(&registry, controller: labels.controller, workers: labels.workers, now: now)
        gitHub = GitHubAPIMetrics(&registry)
        kubernetes = KubernetesMetrics(
            &registry, host: labels.apiServer, restarts: labels.watchRestarts, lease: labels.lease)
        webhookCertificates = WebhookCertificateMetrics(&registry)
        registry.info(
            "kelos_token_build_info", help: "The build that is running.",
            labels: MetricLabels(["version": labels.version, "swift_version": labels.swiftVersion]))
        registry.computed(ProcessReading.metrics) { readProcess()?.values ?? [] }
        self.registry = registry
    }
}
