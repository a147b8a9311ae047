package import Logging
internal import Platform
package import ServiceLifecycle
internal import UnixSignals

/// The first SIGTERM or SIGINT shuts the services down gracefully; the second ends the process at once with exit code 1,
/// as controller-runtime does (pkg/manager/signals/signal.go).
package struct ShutdownSignals: Sendable {
    /// By then everything that start-up needs has run, the first probe included.
    private static let startupDuration = Duration.seconds(2)

    private let signals: UnixSignalsSequence

    /// Catches the signals from now on, so that one that comes during start-up waits for `run`.
    package init() async {
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }

    /// Runs the services until they have ended by themselves or after a signal, which ends the last of them first.
    package func run(_ services: [ServiceGroupConfiguration.ServiceConfiguration], logger: Logger) async throws {
        // For debugging, the library prints services with all that is in them.
        var terse = logger
        terse.logLevel = max(logger.logLevel, .info)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: terse))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await follow(group, logger: logger) }
            tasks.addTask {
                try await Task.sleep(for: Self.startupDuration)
                ProcessMemory.dropStartupPages()
            }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private func follow(_ group: ServiceGroup, logger: Logger) async {
        var isShuttingDown = false
        for await signal in signals {
            if isShuttingDown {
                logger.error("Exiting at once after a second signal", metadata: ["signal": "\(signal)"])
                ProcessExit.now(code: 1)
            }
            isShuttingDown = true
            logger.info("Shutting down", metadata: ["signal": "\(signal)"])
            await group.triggerGracefulShutdown()
        }
    }
}
