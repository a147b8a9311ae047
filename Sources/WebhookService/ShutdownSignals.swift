internal import Logging
internal import Platform
internal import ServiceLifecycle
internal import UnixSignals

/// The first SIGTERM or SIGINT shuts the services down gracefully; the second ends the process at once with exit code 1,
/// as controller-runtime does (pkg/manager/signals/signal.go).
struct ShutdownSignals: Sendable {
    private let signals: UnixSignalsSequence

    /// Catches the signals from now on, so that one that comes during start-up waits for `follow`.
    init() async {
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }

    func follow(_ group: ServiceGroup, logger: Logger) async {
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
