internal import HTTPClient
internal import HTTPTransport
internal import Kubernetes
internal import Logging
internal import Operations
internal import Platform
internal import Settings
internal import Telemetry
internal import TokenRefresh

/// The worker with everything it works with.
struct Assembly: Sendable {
    let refresher: TokenRefresher
    let metrics: RefresherMetrics
    let connections: APIConnections
    /// For the first log line.
    let description: Logger.Metadata

    /// Reads the way to the API server. Sends nothing.
    ///
    /// - Throws: `AccessError`, `RefresherProblem` and `SystemError`.
    init(_ settings: RefresherSettings, logger: Logger) async throws {
        let clock = SystemClock()
        let access = try await ClusterAccess.load(
            flag: settings.cluster.kubeconfig, context: settings.cluster.context,
            environment: settings.cluster.environment, readFile: APIConnections.readFile)
        guard access.tlsServerName == nil else { throw RefresherProblem.serverName }
        var generator = SystemRandomNumberGenerator()
        let identity = ProcessIdentity(podName: settings.podName, using: &generator)
        let configuration = try Self.configuration(settings, access, identity)
        let leaseName = settings.election?.name ?? Refresher.name
        metrics = RefresherMetrics(
            .refresher(apiServer: access.host, lease: leaseName), now: Refresher.now
        ) { .current() }
        // Told otherwise by the worker as soon as it stands for election.
        metrics.kubernetes.isLeader.set(configuration.election == nil ? 1 : 0)
        connections = try APIConnections(settings)
        let client = KubernetesClient(
            access, transport: connections.transport(to: access, clock: clock), clock: clock,
            observer: ClusterReport(metrics: metrics.kubernetes, logger: logger), fieldManager: Refresher.name,
            userAgent: "\(Refresher.name)/\(BuildVersion.project)", readFile: APIConnections.readFile)
        let report = RefreshReport(metrics: metrics, logger: logger, now: Refresher.now)
        var duties: [any LeaderDuty] = [
            MissedPods(
                configuration, systemNamespace: settings.podNamespace, kubernetes: client, clock: clock,
                observer: report)
        ]
        if let certificates = try Self.certificates(settings, access) {
            duties.append(
                try CertificateDuty(
                    certificates, kubernetes: client, clock: clock,
                    observer: CertificateReport(
                        metrics: metrics.webhookCertificates, configuration: certificates.configuration,
                        logger: logger)))
        }
        refresher = TokenRefresher(
            configuration, kubernetes: client,
            gitHub: ObservedTransport(connections.gitHub, metrics: metrics.gitHub, now: Refresher.now), clock: clock,
            observer: report, seed: generator.next(), duties: duties)
        description = Self.described(settings, access, configuration)
    }

    private static func configuration(
        _ settings: RefresherSettings, _ access: ClusterAccess, _ identity: ProcessIdentity
    ) throws(RefresherProblem) -> RefresherConfiguration {
        RefresherConfiguration(
            namespaces: settings.namespaces, secretSelector: settings.secretSelector, policy: settings.policy,
            endpoints: settings.endpoints, verifiesTokens: settings.verifiesTokens, isDryRun: settings.isDryRun,
            election: try election(settings, access, identity), component: Refresher.name,
            instance: identity.instance)
    }

    private static func election(
        _ settings: RefresherSettings, _ access: ClusterAccess, _ identity: ProcessIdentity
    ) throws(RefresherProblem) -> RefresherConfiguration.Election? {
        // Who writes nothing, or once only, leads nobody.
        guard let asked = settings.election, !settings.isDryRun, !settings.runsOnce else { return nil }
        guard let namespace = asked.namespace ?? settings.podNamespace ?? access.namespace, !namespace.isEmpty else {
            throw .noLeaseNamespace
        }
        return RefresherConfiguration.Election(
            lease: ObjectKey(namespace: namespace, name: asked.name), identity: identity.holder, timing: asked.timing)
    }

    private static func certificates(
        _ settings: RefresherSettings, _ access: ClusterAccess
    ) throws(RefresherProblem) -> CertificateDuty.Settings? {
        guard let asked = settings.webhookCertificates else { return nil }
        guard let namespace = asked.namespace ?? settings.podNamespace ?? access.namespace, !namespace.isEmpty else {
            throw .noCertificateNamespace
        }
        return CertificateDuty.Settings(
            configuration: asked.configuration, namespace: namespace, authoritySecret: asked.authoritySecret,
            leafSecret: asked.leafSecret, policy: asked.policy, isDryRun: settings.isDryRun)
    }

    private static func described(
        _ settings: RefresherSettings, _ access: ClusterAccess, _ configuration: RefresherConfiguration
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "version": "\(BuildVersion.project)", "server": "\(access.server)",
            "github": "\(settings.endpoints.standard)",
            "namespaces": settings.namespaces.isEmpty ? "all" : .array(settings.namespaces.map { "\($0)" }),
            "lease": "\(configuration.election.map { "\($0.lease.namespace)/\($0.lease.name)" } ?? "off")",
        ]
        if let certificates = settings.webhookCertificates {
            metadata["webhookConfiguration"] = "\(certificates.configuration)"
        }
        if settings.isDryRun { metadata["dryRun"] = .stringConvertible(true) }
        for (name, version) in settings.libraries { metadata[name] = "\(version)" }
        return metadata
    }
}

extension RefresherMetrics.Labels {
    /// The closed sets behind the refresher's labels.
    static func refresher(apiServer: String, lease: String) -> RefresherMetrics.Labels {
        RefresherMetrics.Labels(
            controller: Refresher.controller, workers: Roster.mostAtOnce,
            failures: RefreshFailure.Cause.allCases.map {
                RefreshMetrics.Failure(kind: $0.failureClass.rawValue, cause: $0.rawValue)
            }, releases: RefresherNotice.Release.allCases.map(\.rawValue),
            watchRestarts: WatchRestart.allCases.map(\.rawValue), apiServer: apiServer, lease: lease,
            version: BuildVersion.project, swiftVersion: BuildVersion.swift)
    }
}
