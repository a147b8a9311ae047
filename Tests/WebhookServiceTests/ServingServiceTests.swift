import HTTPServer
import Logging
import Operations
import Platform
import ServerTestSupport
import ServiceLifecycle
import ServiceLifecycleTestKit
import TLS
import Telemetry
import Testing

@testable import WebhookService

@Suite("The webhook's listener as a service")
struct ServingServiceTests {
    private static let ask = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    private static let last = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    private static let never = Duration.seconds(600)

    private let log = LogRecorder()

    /// No deadline of the server's own ends what a test holds open.
    private var limits: ServerLimits {
        var limits = ServerLimits()
        limits.bodyMilliseconds = 600_000
        limits.lingerMilliseconds = 50
        return limits
    }

    private func service(_ running: RunningServer, delay: Duration, timeout: Duration) throws -> ServingService {
        let probe = try ListenerProbe(address: running.address)
        let health = WebhookHealth(
            server: running.server, certificate: ServedCertificate(try .fixture()), probe: probe)
        return ServingService(
            server: running.server, health: health, delay: delay, timeout: timeout, logger: log.logger)
    }

    @Test("ends with a clean stop, and says so")
    func clean() async throws {
        try await RunningServer.run(limits: limits) { running in
            let service = try service(running, delay: .zero, timeout: Self.never)
            try await testGracefulShutdown { trigger in
                async let ended: Void = service.run()
                try await onOwnThread {
                    let peer = try Peer(to: running.address)
                    try peer.send(Self.ask)
                    #expect(try peer.readAnswer() == Self.answer)
                }
                trigger.triggerGracefulShutdown()
                try await ended
            }
            #expect(log.wait(for: "info: Stopped serving"))
            #expect(service.health.answer(target: "/readyz/draining")?.status == 500)
            #expect(throws: (any Error).self) { try Peer(to: running.address) }
        }
    }

    @Test("goes on accepting during the delay, while readiness fails and answers end their connections")
    func delay() async throws {
        try await RunningServer.run(limits: limits) { running in
            let service = try service(running, delay: Self.never, timeout: Self.never)
            try await testGracefulShutdown { trigger in
                let task = Task { try await service.run() }
                trigger.triggerGracefulShutdown()
                try await onOwnThread {
                    // The drain may begin after the first of these.
                    var said = ""
                    while said != Self.last {
                        let peer = try Peer(to: running.address)
                        try peer.send(Self.ask)
                        said = try peer.readAnswer()
                    }
                }
                #expect(service.health.answer(target: "/readyz/draining")?.status == 500)
                _ = try Peer(to: running.address)
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }
    }

    @Test("cuts what is under way when the timeout is over, and says so")
    func timeout() async throws {
        try await RunningServer.run(limits: limits) { running in
            let service = try service(running, delay: .zero, timeout: .milliseconds(50))
            let peer = try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1")
                #expect(running.recorder.wait(for: "accepted"))
                return peer
            }
            try await testGracefulShutdown { trigger in
                async let ended: Void = service.run()
                trigger.triggerGracefulShutdown()
                try await ended
            }
            #expect(log.wait(for: "error: Stopped serving with requests under way"))
            #expect(try await onOwnThread { peer.isCut() })
        }
    }

    @Test("does not hang when it is cancelled while requests are under way")
    func cancelled() async throws {
        try await RunningServer.run(limits: limits) { running in
            let service = try service(running, delay: .zero, timeout: Self.never)
            let peer = try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1")
                #expect(running.recorder.wait(for: "accepted"))
                return peer
            }
            try await testGracefulShutdown { trigger in
                let task = Task { try await service.run() }
                trigger.triggerGracefulShutdown()
                try await onOwnThread { running.awaitRefusal() }
                task.cancel()
                #expect(try await onOwnThread { peer.isCut() })
                try await task.value
            }
        }
    }

    @Test("is the first to stop in its group: probes are answered until it has ended")
    func order() async throws {
        try await RunningServer.run(limits: limits) { running in
            try await RunningServer.run { admin in
                let serving = try service(running, delay: .zero, timeout: Self.never)
                let group = ServiceGroup(
                    services: [AdminService(server: admin.server), serving], logger: log.logger)
                let held = try await onOwnThread {
                    let peer = try Peer(to: running.address)
                    try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1")
                    #expect(running.recorder.wait(for: "accepted"))
                    return peer
                }
                async let ended: Void = group.run()
                await group.triggerGracefulShutdown()
                try await onOwnThread {
                    running.awaitRefusal()
                    let probe = try Peer(to: admin.address)
                    try probe.send(Self.ask)
                    #expect(try probe.readAnswer() == Self.answer)
                    try held.send("2")
                    #expect(try held.readToEnd().hasSuffix("\r\n\r\n12"))
                }
                try await ended
                #expect(throws: (any Error).self) { try Peer(to: admin.address) }
            }
        }
    }
}
