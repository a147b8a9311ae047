internal import Logging
internal import Platform
package import ServiceLifecycle
internal import UnixSignals

/// What a serving process does at signals. The first SIGTERM or SIGINT shuts the services down gracefully; the second ends
/// the process at once with exit code 1, as controller-runtime does (pkg/manager/signals/signal.go). SIGUSR1 switches the
/// log level.
package struct ProcessSignals: Sendable {
    /// By then everything that start-up needs has run, the first probe included.
    private static let startupDuration = Duration.seconds(2)

    private let signals: UnixSignalsSequence
    private let log: ProcessLog

    /// Catches the signals from now on, so that one that comes during start-up waits for `run`.
    package init(_ log: ProcessLog) async {
        self.log = log
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sigusr1)
    }

    /// Runs the services until they have ended by themselves or after a signal, which ends the last of them first.
    package func run(_ services: [ServiceGroupConfiguration.ServiceConfiguration]) async throws {
        // For debugging, the library prints services with all that is in them.
        var terse = log.logger
        terse.logLevel = max(terse.logLevel, .info)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: terse))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await follow(group) }
            tasks.addTask {
                try await Task.sleep(for: Self.startupDuration)
                ProcessMemory.dropStartupPages()
            }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private func follow(_ group: ServiceGroup) async {
        var isShuttingDown = false
        for await signal in signals {
            if signal == .sigusr1 {
                log.switchLevel()
                continue
            }
            if isShuttingDown {
                log.logger.error("Exiting at once after a second signal", metadata: ["signal": "\(signal)"])
                ProcessExit.now(code: 1)
            }
            isShuttingDown = true
            log.logger.info("Shutting down", metadata: ["signal": "\(signal)"])
            await group.triggerGracefulShutdown()
        }
    }
}
