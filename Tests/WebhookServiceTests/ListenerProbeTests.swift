import HTTPServer
import Platform
import ServerTestSupport
import ServiceLifecycleTestKit
import TLS
import Testing

@testable import WebhookService

@Suite("A probe of the listener")
struct ListenerProbeTests {
    @Test("reaches a server that completes handshakes, again and again")
    func alive() async throws {
        try await RunningServer.run(tls: .fixture()) { running in
            let probe = try ListenerProbe(address: running.address)
            let reached = try await onOwnThread { (0..<10).allSatisfy { _ in probe.probe() } }
            #expect(reached)
            #expect(try await onOwnThread { running.recorder.wait(for: "closed", times: 10) })
            #expect(OpenDescriptors.connections(port: running.address.port) == 0)
        }
    }

    @Test("is no failure in the server's eyes, also where client certificates are demanded")
    func unnoticed() async throws {
        let authority = try CertificateFixture.second.get().certificate
        for authorities in [nil, authority] {
            try await RunningServer.run(tls: .fixture { $0.clientAuthorities = authorities }) { running in
                let probe = try ListenerProbe(address: running.address)
                #expect(try await onOwnThread { probe.probe() })
                #expect(try await onOwnThread { running.recorder.wait(for: "closed") })
                #expect(running.recorder.names.allSatisfy { !$0.contains("failed") })
            }
        }
    }

    @Test("does not reach a port where nobody listens")
    func dead() async throws {
        let socket = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0))
        socket.stopListening()
        let probe = try ListenerProbe(address: socket.address)
        #expect(try await onOwnThread { probe.probe() } == false)
        #expect(!probe.isReachable)
    }

    @Test("does not reach a listener that speaks no TLS")
    func plain() async throws {
        try await RunningServer.run { running in
            let probe = try ListenerProbe(address: running.address)
            #expect(try await onOwnThread { probe.probe() } == false)
        }
    }

    @Test("gives up on a listener whose connections nobody accepts")
    func stuck() async throws {
        let socket = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0))
        let probe = try ListenerProbe(address: socket.address)
        #expect(try await onOwnThread { probe.probe() } == false)
        _ = socket.address
    }

    @Test("runs as a service until shutdown, and remembers the latest result")
    func service() async throws {
        try await RunningServer.run(tls: .fixture()) { running in
            let probe = try ListenerProbe(address: running.address)
            try await testGracefulShutdown { trigger in
                async let ended: Void = probe.run()
                #expect(try await onOwnThread { running.recorder.wait(for: "closed") })
                trigger.triggerGracefulShutdown()
                try await ended
            }
            #expect(probe.isReachable)
        }
    }
}
