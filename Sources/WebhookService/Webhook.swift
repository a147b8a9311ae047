internal import Admission
internal import HTTPServer
internal import Logging
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
    private static let reservedDescriptors = 40

    /// By then everything that start-up needs has run, the first probe included.
    private static let startupDuration = Duration.seconds(2)

    /// Serves until SIGTERM or SIGINT, and returns after a clean stop.
    ///
    /// - Throws: `WebhookFailure` when a certificate, an address or the server fails.
    package static func run(_ settings: WebhookSettings) async throws {
        ProcessMemory.boundHeap()
        ProcessFiles.ignoreBrokenPipes()
        let logger = makeLogger(settings)
        let signals = await ShutdownSignals()
        do {
            try await serve(settings, signals, logger)
        } catch {
            logger.critical("Cannot serve", metadata: ["error": "\(error)"])
            throw WebhookFailure()
        }
    }

    private static func serve(
        _ settings: WebhookSettings, _ signals: ShutdownSignals, _ logger: Logger
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
        let admin = try adminServer(settings, metrics, health, logger)
        logStart(settings, server, admin, certificate, logger)

        var services: [any Service] = []
        if let admin { services.append(AdminService(server: admin.server)) }
        services.append(
            try CertificateWatch(
                files: files, served: certificate, initial: contents, metrics: metrics.certificate, logger: logger))
        services.append(probe)
        services.append(
            ServingService(
                server: server, health: health, delay: settings.shutdownDelay,
                timeout: settings.gracefulShutdownTimeout, logger: logger))
        try await run(ServiceGroup(services: services, logger: logger), signals, logger)
    }

    private static func run(
        _ group: ServiceGroup, _ signals: ShutdownSignals, _ logger: Logger
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await signals.follow(group, logger: logger) }
            tasks.addTask {
                try await Task.sleep(for: startupDuration)
                ProcessMemory.dropStartupPages()
            }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private static func webhookServer(
        _ settings: WebhookSettings, _ certificate: ServedCertificate, _ metrics: WebhookMetrics, _ logger: Logger
    ) throws -> HTTPServer {
        let limits = settings.limits.fitting(descriptors: ProcessFiles.raiseOpenLimit() - reservedDescriptors)
        let policy = InjectionPolicy(ownNamespace: settings.ownNamespace)
        let endpoint = Endpoint(address: settings.webhookAddress, currentTLS: { certificate.context }) {
            AdmissionHandler(policy: policy, metrics: metrics, logger: logger)
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

    private struct Admin {
        let server: HTTPServer
        let health: SocketAddress?
        let metrics: SocketAddress?
    }

    /// One loop of its own serves probes and metrics, so that a flood of reviews cannot starve them.
    private static func adminServer(
        _ settings: WebhookSettings, _ metrics: WebhookMetrics, _ health: WebhookHealth, _ logger: Logger
    ) throws -> Admin? {
        var endpoints: [Endpoint] = []
        if let address = settings.healthAddress {
            endpoints.append(Endpoint(address: address, currentTLS: nil) { HealthHandler(health: health) })
        }
        if let address = settings.metricsAddress {
            let registry = metrics.registry
            endpoints.append(Endpoint(address: address, currentTLS: nil) { MetricsHandler(registry: registry) })
        }
        guard !endpoints.isEmpty else { return nil }
        var limits = ServerLimits()
        limits.connections = adminConnections
        limits.shedConnections = 1
        limits.idleMilliseconds = adminIdleMilliseconds
        limits.quietMilliseconds = adminQuietMilliseconds
        let server = try HTTPServer(
            endpoints: endpoints, loops: 1, name: "admin", limits: limits, observer: SilentObserver()
        ) { error in
            logger.critical("The loop of probes and metrics ended", metadata: ["error": "\(error)"])
            ProcessExit.now(code: 1)
        }
        return Admin(
            server: server, health: settings.healthAddress == nil ? nil : server.addresses.first,
            metrics: settings.metricsAddress == nil ? nil : server.addresses.last)
    }

    /// A kubelet, a few scrapers, a person. Below what is reserved, so that probes find descriptors.
    private static let adminConnections = 12

    /// A probe asks as soon as it is connected. Silent peers then keep a probe waiting for a second or two, not longer.
    private static let adminQuietMilliseconds: UInt64 = 200

    /// Above the minute after which a Prometheus at its default interval scrapes again.
    private static let adminIdleMilliseconds: UInt64 = 75_000

    private static func makeLogger(_ settings: WebhookSettings) -> Logger {
        let output = LogOutput(
            encoding: settings.logEncoding, timeEncoding: settings.logTimeEncoding,
            now: {
                let now = WallClock.now()
                return LogTime(seconds: now.seconds, nanoseconds: now.nanoseconds)
            }, write: FileContents.writeToStandardError)
        let level = Logger.Level(rawValue: settings.logLevel.rawValue) ?? .info
        return Logger(label: "webhook") { ZapLogHandler(label: $0, level: level, output: output) }
    }

    private static func logStart(
        _ settings: WebhookSettings, _ server: HTTPServer, _ admin: Admin?, _ certificate: ServedCertificate,
        _ logger: Logger
    ) {
        var metadata: Logger.Metadata = [
            "version": "\(BuildVersion.project)",
            "address": "\(server.addresses[0])",
            "health": "\(admin?.health.map { "\($0)" } ?? "off")",
            "metrics": "\(admin?.metrics.map { "\($0)" } ?? "off")",
            "certificateNotAfter": "\(certificate.notAfter)",
        ]
        for (name, version) in settings.libraries { metadata[name] = "\(version)" }
        logger.info("Serving", metadata: metadata)
    }
}
