package import HTTPServer
package import Logging
package import Platform
internal import ServiceLifecycle
package import Telemetry

/// Serves probes and metrics on an event loop of their own, so that no other work can starve them.
package struct AdminServer: Sendable {
    /// A kubelet, a few scrapers, a person.
    package static let connections = 12

    /// A probe asks as soon as it is connected. Silent peers then keep a probe waiting for a second or two, not longer.
    private static let quietMilliseconds: UInt64 = 200

    /// Above the minute after which a Prometheus at its default interval scrapes again.
    private static let idleMilliseconds: UInt64 = 75_000

    /// Where the probes are; nil when they are off.
    package let health: SocketAddress?
    /// Where the metrics are; nil when they are off.
    package let metrics: SocketAddress?
    /// To be run as long as anything else is; nil when both are off.
    package let service: AdminService?

    /// Binds and starts to serve.
    ///
    /// - Throws: `SystemError` naming the address that could not be bound.
    package init(
        _ settings: AdminSettings, registry: MetricsRegistry, health probes: any HealthProbes, logger: Logger
    ) throws(SystemError) {
        var endpoints: [Endpoint] = []
        if let address = settings.healthAddress {
            endpoints.append(Endpoint(address: address, currentTLS: nil) { HealthHandler(probes: probes) })
        }
        if let address = settings.metricsAddress {
            endpoints.append(Endpoint(address: address, currentTLS: nil) { MetricsHandler(registry: registry) })
        }
        guard !endpoints.isEmpty else {
            health = nil
            metrics = nil
            service = nil
            return
        }
        var limits = ServerLimits()
        limits.connections = Self.connections
        limits.shedConnections = 1
        limits.idleMilliseconds = Self.idleMilliseconds
        limits.quietMilliseconds = Self.quietMilliseconds
        let server = try HTTPServer(
            endpoints: endpoints, loops: 1, name: "admin", limits: limits, observer: SilentObserver()
        ) { error in
            logger.critical("The loop of probes and metrics ended", metadata: ["error": "\(error)"])
            ProcessExit.now(code: 1)
        }
        health = settings.healthAddress == nil ? nil : server.addresses.first
        metrics = settings.metricsAddress == nil ? nil : server.addresses.last
        service = AdminService(server: server)
    }

    /// What a program's first log line says of the addresses.
    package var described: Logger.Metadata {
        ["health": "\(health.map { "\($0)" } ?? "off")", "metrics": "\(metrics.map { "\($0)" } ?? "off")"]
    }
}

/// The listener of probes and metrics as a service: up for as long as anything else is.
package struct AdminService: Service {
    private let server: HTTPServer

    package init(server: HTTPServer) {
        self.server = server
    }

    package func run() async throws {
        try await gracefulShutdown()
        server.abort()
        await server.stop()
    }
}

/// Nobody counts the connections of probes and scrapes.
private final class SilentObserver: ServerObserver {
    func observe(_ event: ServerEvent) {}
}
