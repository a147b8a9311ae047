internal import HTTPServer
internal import Logging
internal import ServiceLifecycle

/// The webhook's listener as a service: serves until graceful shutdown, and then leaves without failing a request.
///
/// 1. Readiness fails, so that no new traffic is routed here.
/// 2. For the shutdown delay it goes on accepting, because endpoints take time to change; every answer ends its
///    connection, because the API server keeps using open ones to a terminating pod (kubernetes/kubernetes#127335).
/// 3. It stops accepting, closes idle connections and waits for requests under way, up to the timeout.
struct ServingService: Service {
    let server: HTTPServer
    let health: WebhookHealth
    let delay: Duration
    let timeout: Duration
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        health.beginDrain()
        server.beginDrain()
        try await Task.sleep(for: delay)
        let finished = await stop()
        if finished {
            logger.info("Stopped serving")
        } else {
            logger.error("Stopped serving with requests under way", metadata: ["after": "\(timeout)"])
        }
    }

    /// - Returns: false when connections had to be cut.
    private func stop() async -> Bool {
        let isTimeUp = await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                await server.stop()
                return false
            }
            tasks.addTask {
                // Cancelled when the stop is complete, where an abort finds nothing to do, or from outside, where nobody
                // may be left to wait for.
                let isTimeUp = (try? await Task.sleep(for: timeout)) != nil
                server.abort()
                return isTimeUp
            }
            let first = await tasks.next() ?? false
            tasks.cancelAll()
            // An abort lets the stop complete, so either of the two may be the first to return.
            return await tasks.reduce(first) { $0 || $1 }
        }
        return !isTimeUp && !Task.isCancelled
    }
}
