internal import HTTPTransport
internal import Kubernetes
internal import Logging
internal import Operations
internal import Platform
internal import ServiceLifecycle
internal import Settings
internal import Telemetry

/// Puts the refresher together and runs it.
package enum Refresher {
    /// What the APIs, Events and Leases know this program as.
    package static let name = "kelos-token-refresher"

    /// The label `controller` of the metrics that controller-runtime names.
    static let controller = "github-token"

    static let now: @Sendable () -> UInt64 = { MonotonicTime.now().nanoseconds }

    /// Refreshes until SIGTERM or SIGINT, or makes one pass, and returns after a clean end.
    ///
    /// - Throws: `RefresherFailure` when there is no way to the cluster, an address cannot be bound, or a single pass left
    ///   something undone.
    package static func run(_ settings: RefresherSettings) async throws {
        ProcessMemory.boundHeap()
        ProcessFiles.ignoreBrokenPipes()
        let log = settings.logs.open(label: "refresher")
        let logger = log.logger
        let signals = await ProcessSignals(log)
        do {
            let assembly = try await Assembly(settings, logger: logger)
            if settings.runsOnce {
                try await makeOnePass(assembly, signals, logger)
            } else {
                try await serve(settings, assembly, signals, logger)
            }
        } catch let failure as RefresherFailure {
            throw failure
        } catch {
            logger.critical("Cannot refresh tokens", metadata: ["error": "\(error)"])
            throw RefresherFailure()
        }
    }

    private static func serve(
        _ settings: RefresherSettings, _ assembly: Assembly, _ signals: ProcessSignals, _ logger: Logger
    ) async throws {
        let refresher = assembly.refresher
        let heartbeat = Heartbeat(now: now)
        let health = RefresherHealth(heartbeat: heartbeat) { refresher.isSynced }
        let admin = try AdminServer(
            settings.admin, registry: assembly.metrics.registry, health: health, logger: logger)
        logger.info("Refreshing tokens", metadata: assembly.description.merging(admin.described) { own, _ in own })
        var services: [any Service] = []
        if let service = admin.service { services.append(service) }
        services.append(heartbeat)
        services.append(
            RefreshService(
                refresher: refresher, closeClients: assembly.connections.close,
                timeout: settings.gracefulShutdownTimeout, logger: logger))
        try await signals.run(services.map { .init(service: $0) })
        await assembly.connections.close()
        logger.info("Stopped")
    }

    private static func makeOnePass(_ assembly: Assembly, _ signals: ProcessSignals, _ logger: Logger) async throws {
        logger.info("Making one pass", metadata: assembly.description)
        let pass = SinglePass(refresher: assembly.refresher)
        try await signals.run([.init(service: pass, successTerminationBehavior: .gracefullyShutdownGroup)])
        await assembly.connections.close()
        let outcome = pass.outcome
        logger.info(
            "Made one pass",
            metadata: [
                "refreshed": .stringConvertible(outcome.refreshed), "idle": .stringConvertible(outcome.idle),
                "failed": .stringConvertible(outcome.failed), "complete": .stringConvertible(outcome.isComplete),
            ])
        guard outcome.isComplete, outcome.failed == 0 else { throw RefresherFailure() }
    }
}
