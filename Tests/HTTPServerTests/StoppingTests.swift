import Platform
import ServerTestSupport
import TLS
import Testing

@testable import HTTPServer

@Suite("A stopping server")
struct StoppingTests {
    private static let ask = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    private static let last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"

    /// Limits under which no deadline but the lingering one can pass in a test: a stop that waits for another hangs.
    private var limits: ServerLimits {
        var limits = ServerLimits()
        limits.lingerMilliseconds = 50
        limits.handshakeMilliseconds = 600_000
        limits.idleMilliseconds = 600_000
        limits.headMilliseconds = 600_000
        return limits
    }

    @Test("ends at once when nobody is connected, with every loop")
    func empty() async throws {
        try await RunningServer.run(loops: 4) { running in
            await running.server.stop()
            #expect(running.recorder.names.isEmpty)
        }
    }

    @Test("closes a connection that is idle, over TLS with a goodbye", arguments: [false, true])
    func idle(isEncrypted: Bool) async throws {
        try await RunningServer.run(limits: limits, tls: isEncrypted ? .fixture() : nil) { running in
            let peer = try await onOwnThread {
                let peer = try Peer(to: running.address, tls: isEncrypted ? TLSPeer() : nil)
                try peer.send(Self.ask)
                #expect(try peer.readAnswer() == Self.answer)
                return peer
            }
            await running.server.stop()
            #expect(try await onOwnThread { try peer.readToEnd() }.isEmpty)
            #expect(peer.tls?.hasSeenClose ?? true)
            #expect(running.recorder.names == ["accepted", "http/1.1", "closed"])
        }
    }

    @Test(
        "waits a moment for a connection that has not asked yet, and answers what it asks then",
        arguments: [false, true])
    func silentThenAsks(isEncrypted: Bool) async throws {
        var patient = limits
        patient.lingerMilliseconds = 600_000
        let loop = try HeldLoop(limits: patient, tls: isEncrypted ? .fixture() : nil)
        try await onOwnThread {
            let peer = try Peer(to: loop.address, tls: isEncrypted ? TLSPeer() : nil)
            #expect(loop.recorder.wait(for: "http/1.1"))
            loop.control.stop()
            try peer.send(Self.ask)
            #expect(try peer.readToEnd() == Self.last)
            #expect(loop.awaitEnd())
        }
    }

    @Test("does not wait longer than that moment for a connection that asks nothing", arguments: [false, true])
    func silent(isEncrypted: Bool) async throws {
        try await RunningServer.run(limits: limits, tls: isEncrypted ? .fixture() : nil) { running in
            let peer = try await onOwnThread {
                let peer = try Peer(to: running.address, tls: isEncrypted ? TLSPeer() : nil)
                #expect(running.recorder.wait(for: "http/1.1"))
                return peer
            }
            await running.server.stop()
            #expect(try await onOwnThread { try peer.readToEnd() }.isEmpty)
            #expect(running.recorder.names == ["accepted", "http/1.1", "deadline: linger", "closed"])
        }
    }

    @Test("gives no new time to a connection that only ends its handshake meanwhile")
    func handshakeWhileStopping() async throws {
        var patient = limits
        patient.lingerMilliseconds = 400
        let loop = try HeldLoop(limits: patient, tls: .fixture())
        try await onOwnThread {
            let held = try HeldHandshake(to: loop.address)
            loop.control.stop()
            try held.finish()
            #expect(loop.awaitEnd())
            #expect(loop.recorder.names.suffix(2) == ["deadline: linger", "closed"])
        }
    }

    @Test("finishes a request that is under way, and ends its connection although nobody asked it to drain")
    func active() async throws {
        try await RunningServer.run(limits: limits) { running in
            let peer = try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
                #expect(try peer.readAnswer() == "HTTP/1.1 100 Continue\r\n\r\n")
                return peer
            }
            async let stopped: Void = running.server.stop()
            let said = try await onOwnThread {
                running.awaitRefusal()
                try peer.send("hi")
                return try peer.readToEnd()
            }
            await stopped
            #expect(said == Self.last)
        }
    }

    @Test("sends the whole of an answer that a slow peer still reads")
    func sending() async throws {
        try await RunningServer.run(limits: limits) { running in
            let recorder = running.recorder
            let peer = try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                try peer.awaitBytes(1)
                return peer
            }
            running.server.beginDrain()
            async let stopped: Void = running.server.stop()
            let count = try await onOwnThread {
                running.awaitRefusal()
                return try peer.readBytesToEnd().count
            }
            await stopped
            #expect(count > PathHandler.large.count)
            #expect(recorder.count("closed") >= 1)
        }
    }

    @Test("cuts everything at an abort, whatever it is doing")
    func abort() async throws {
        try await RunningServer.run(limits: limits, tls: .fixture()) { running in
            let recorder = running.recorder
            let peers = try await onOwnThread {
                let silent = try Peer(to: running.address)
                let idle = try Peer(to: running.address, tls: TLSPeer())
                let sending = try Peer(to: running.address, tls: TLSPeer())
                try sending.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi")
                let reading = try Peer(to: running.address, tls: TLSPeer())
                try reading.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                try reading.awaitBytes(1)
                #expect(recorder.wait(for: "accepted", times: 4))
                return [silent, idle, sending, reading]
            }
            running.server.abort()
            await running.server.stop()
            #expect(recorder.count("closed") == 4)
            #expect(OpenDescriptors.connections(port: running.address.port) == 0)
            let areCut = try await onOwnThread { peers.allSatisfy { $0.isCut() } }
            #expect(areCut)
        }
    }

    @Test("can be stopped and aborted again after it has ended")
    func again() async throws {
        try await RunningServer.run(loops: 2) { running in
            await running.server.stop()
            running.server.abort()
            running.server.beginDrain()
            await running.server.stop()
            #expect(running.recorder.names.isEmpty)
        }
    }
}
