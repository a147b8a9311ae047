import Logging
import Platform
import ServerTestSupport
import ServiceLifecycleTestKit
import Telemetry
import Testing

@testable import Operations

@Suite("The server of probes and metrics")
struct AdminServerTests {
    /// Ready at `/readyz` and nowhere else.
    private struct Probes: HealthProbes {
        func answer(target: String) -> HealthAnswer? { HealthAnswer(target: target, root: "/readyz", checks: []) }
    }

    private static let loopback = SocketAddress(host: "127.0.0.1", port: 0)

    private func server(metrics: SocketAddress?, health: SocketAddress?) throws -> AdminServer {
        var registry = MetricsRegistry()
        registry.counter("visits_total", help: "Visits.").increment()
        return try AdminServer(
            AdminSettings(metricsAddress: metrics, healthAddress: health), registry: registry, health: Probes(),
            logger: LogRecorder().logger)
    }

    private static func ask(_ address: SocketAddress, _ target: String) async throws -> String {
        try await onOwnThread {
            let peer = try Peer(to: address)
            try peer.send("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return try peer.readToEnd()
        }
    }

    @Test("answers each at its own address until it is shut down")
    func both() async throws {
        let admin = try server(metrics: Self.loopback, health: Self.loopback)
        let service = try #require(admin.service)
        let health = try #require(admin.health)
        let metrics = try #require(admin.metrics)
        #expect(admin.described == ["health": "\(health)", "metrics": "\(metrics)"])
        try await testGracefulShutdown { trigger in
            async let ended: Void = service.run()
            #expect(try await Self.ask(health, "/readyz").hasSuffix("\r\n\r\nok"))
            #expect(try await Self.ask(health, "/metrics").hasPrefix("HTTP/1.1 404 "))
            #expect(
                try await Self.ask(metrics, "/metrics?x=y").hasSuffix(
                    "\r\n\r\n# HELP visits_total Visits.\n# TYPE visits_total counter\nvisits_total 1\n"))
            #expect(try await Self.ask(metrics, "/readyz").hasPrefix("HTTP/1.1 404 "))
            trigger.triggerGracefulShutdown()
            try await ended
        }
        #expect(throws: (any Error).self) { try Peer(to: health) }
    }

    @Test("serves one of them when the other is off, and nothing when both are")
    func off() async throws {
        let metricsOnly = try server(metrics: Self.loopback, health: nil)
        #expect(metricsOnly.health == nil)
        let metrics = try #require(metricsOnly.metrics)
        let healthOnly = try server(metrics: nil, health: Self.loopback)
        #expect(healthOnly.metrics == nil)
        #expect(healthOnly.described["metrics"] == "off")
        try await testGracefulShutdown { trigger in
            #expect(try await Self.ask(metrics, "/metrics").hasPrefix("HTTP/1.1 200 "))
            trigger.triggerGracefulShutdown()
            try await metricsOnly.service?.run()
            try await healthOnly.service?.run()
        }
        let none = try server(metrics: nil, health: nil)
        #expect(none.service == nil)
        #expect(none.described == ["health": "off", "metrics": "off"])
    }
}
