internal import Logging
internal import ServiceLifecycle

/// The worker as a service: works until graceful shutdown, then ends what is under way and gives the Lease back.
struct RefreshService: Service {
    let refresher: TokenRefresher
    /// Ends every exchange with the APIs, so that nothing can hold up the stop for longer than the timeout.
    let closeClients: @Sendable () async -> Void
    let timeout: Duration
    let logger: Logger

    func run() async throws {
        await withTaskGroup(of: Void.self) { tasks in
            let work = Task { await refresher.run() }
            tasks.addTask {
                await withTaskCancellationOrGracefulShutdownHandler {
                    await work.value
                } onCancelOrGracefulShutdown: {
                    work.cancel()
                }
            }
            tasks.addTask {
                guard (try? await gracefulShutdown()) != nil else { return }
                guard (try? await Task.sleep(for: timeout)) != nil else { return }
                logger.error("Cutting what is under way", metadata: ["after": "\(timeout)"])
                await closeClients()
            }
            await tasks.next()
            tasks.cancelAll()
        }
    }
}
