internal import Admission
internal import HTTPServer
internal import Logging
internal import Operations
internal import Platform
internal import ServiceLifecycle
internal import Settings
internal import TLS
internal import Telemetry
internal import TokenInjection

/// The webhook could not start or could not go on. What happened is in the log.
package struct WebhookFailure: Error {}

/// Puts the webhook together and runs it.
package enum Webhook {
    /// Event loops unless told otherwise: one review costs some tens of microseconds, so a few threads serve any cluster.
    private static let defaultLoopLimit = 4

    /// Descriptors that are not the webhook's connections: some twenty-five of the process's own, and probes and scrapes.
    private static let reservedDescriptors = 28 + AdminServer.connections

    /// Serves until SIGTERM or SIGINT, and returns after a clean stop.
    ///
    /// - Throws: `WebhookFailure` when a certificate, an address or the server fails.
    package static func run(_ settings: WebhookSettings) async throws {
        ProcessMemory.boundHeap()
        ProcessFiles.ignoreBrokenPipes()
        let log = settings.logs.open(label: "webhook")
        let logger = log.logger
        let signals = await ProcessSignals(log)
        do {
            try await serve(settings, signals, logger)
        } catch {
            logger.critical("Cannot serve", metadata: ["error": "\(error)"])
            throw WebhookFailure()
        }
    }

    private static func serve(
        _ settings: WebhookSettings, _ signals: ProcessSignals, _ logger: Logger
    ) async throws {
        let metrics = WebhookMetrics(.webhook) { .current() }
        let files = CertificateFiles(
            certificatePath: settings.certificatePath, keyPath: settings.keyPath, settings: settings.tls)
        let contents = try files.read()
        let certificate = ServedCertificate(try files.makeContext(contents))
        metrics.certificate.reads.increment()
        metrics.certificate.expiration.set(certificate.context.validity.upperBound)

        let server = try webhookServer(settings, certificate, metrics, logger)
        let probe = try ListenerProbe(address: server.addresses[0].loopback)
        let health = WebhookHealth(server: server, certificate: certificate, probe: probe)
        let admin = try AdminServer(
            settings.admin, registry: metrics.registry, health: health, logger: logger)
        logStart(settings, server, admin, certificate, logger)

        var services: [any Service] = []
        if let service = admin.service { services.append(service) }
        services.append(
            try CertificateWatch(
                files: files, served: certificate, initial: contents, metrics: metrics.certificate, logger: logger))
        services.append(probe)
        services.append(
            ServingService(
                server: server, health: health, delay: settings.shutdownDelay,
                timeout: settings.gracefulShutdownTimeout, logger: logger))
        try await signals.run(services.map { .init(service: $0) })
    }

    private static func webhookServer(
        _ settings: WebhookSettings, _ certificate: ServedCertificate, _ metrics: WebhookMetrics, _ logger: Logger
    ) throws -> HTTPServer {
        let limits = settings.limits.fitting(descriptors: ProcessFiles.raiseOpenLimit() - reservedDescriptors)
        let policy = InjectionPolicy(ownNamespace: settings.ownNamespace)
        let malformed = LimitedLog(logger, level: .info)
        let endpoint = Endpoint(address: settings.webhookAddress, currentTLS: { certificate.context }) {
            AdmissionHandler(policy: policy, metrics: metrics, logger: logger, malformed: malformed)
        }
        let loops =
            settings.eventLoops > 0 ? settings.eventLoops : min(SystemThread.processorCount, defaultLoopLimit)
        return try HTTPServer(
            endpoints: [endpoint], loops: loops, name: "webhook", limits: limits,
            observer: ConnectionObserver(metrics: metrics.connections, logger: logger)
        ) { error in
            logger.critical("An event loop ended", metadata: ["error": "\(error)"])
            ProcessExit.now(code: 1)
        }
    }

    private static func logStart(
        _ settings: WebhookSettings, _ server: HTTPServer, _ admin: AdminServer, _ certificate: ServedCertificate,
        _ logger: Logger
    ) {
        var metadata: Logger.Metadata = [
            "version": "\(BuildVersion.project)",
            "address": "\(server.addresses[0])",
            "certificateNotAfter": "\(certificate.notAfter)",
        ]
        metadata.merge(admin.described) { own, _ in own }
        for (name, version) in settings.libraries { metadata[name] = "\(version)" }
        logger.info("Serving", metadata: metadata)
    }
}
