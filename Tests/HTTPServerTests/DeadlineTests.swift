import HTTPServer
import ServerTestSupport
import TLS
import Testing

@Suite("A server's patience")
struct DeadlineTests {
    /// Limits of which one is short: only that deadline can pass in a test.
    private func limits(_ shorten: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        shorten(&limits)
        return limits
    }

    @Test("ends with a connection that never asks")
    func idle() async throws {
        try await RunningServer.run(limits: limits { $0.idleMilliseconds = 30 }) { running in
            let said = try await onOwnThread { try Peer(to: running.address).readToEnd() }
            #expect(said.isEmpty)
            #expect(running.recorder.names == ["accepted", "http/1.1", "deadline: idle", "closed"])
        }
    }

    @Test("ends with a connection that asks no more, after a goodbye over TLS")
    func idleAgain() async throws {
        try await RunningServer.run(limits: limits { $0.idleMilliseconds = 30 }, tls: .fixture()) { running in
            try await onOwnThread {
                // The request comes with the end of the handshake, so that no deadline lies between them.
                let client = try HeldHandshake(to: running.address)
                try client.finish(asking: "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.readToEnd() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                #expect(client.hasSeenClose)
            }
            #expect(running.recorder.names == ["accepted", "http/1.1", "deadline: idle", "closed"])
        }
    }

    @Test("ends with a handshake that does not go on", arguments: [0, 3])
    func handshake(sent: Int) async throws {
        try await RunningServer.run(limits: limits { $0.handshakeMilliseconds = 30 }, tls: .fixture()) { running in
            let said = try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send(Array([0x16, 0x03, 0x01].prefix(sent)))
                return try peer.readToEnd()
            }
            #expect(said.isEmpty)
            #expect(running.recorder.names == ["accepted", "deadline: handshake", "closed"])
        }
    }

    @Test("ends with a head that does not end, and says so")
    func head() async throws {
        try await RunningServer.run(limits: limits { $0.headMilliseconds = 30 }) { running in
            let said = try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\n")
                return try peer.readToEnd()
            }
            #expect(said.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
            #expect(running.recorder.count("deadline: head") == 1)
        }
    }

    @Test("ends with a body that does not end, and says so")
    func body() async throws {
        try await RunningServer.run(limits: limits { $0.bodyMilliseconds = 30 }, tls: .fixture()) { running in
            let said = try await onOwnThread {
                let peer = try Peer(to: running.address, tls: TLSPeer())
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1")
                return try peer.readToEnd()
            }
            #expect(said.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
            #expect(running.recorder.count("deadline: body") == 1)
        }
    }

    @Test("ends with a peer that does not read its answer", arguments: [false, true])
    func write(isEncrypted: Bool) async throws {
        let limits = limits { $0.writeMilliseconds = 100 }
        try await RunningServer.run(limits: limits, tls: isEncrypted ? .fixture() : nil) { running in
            let recorder = running.recorder
            try await onOwnThread {
                let peer = try Peer(to: running.address, tls: isEncrypted ? TLSPeer() : nil)
                peer.narrowReceiveBuffer()
                try peer.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(recorder.wait(for: "closed"))
                _ = peer
            }
            #expect(recorder.names == ["accepted", "http/1.1", "deadline: write", "closed"])
        }
    }

    @Test("ends with a peer that reads the refusal and goes on sending its body")
    func linger() async throws {
        try await RunningServer.run(limits: limits { $0.lingerMilliseconds = 30 }) { running in
            let recorder = running.recorder
            try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
                #expect(try peer.readToEnd().hasPrefix("HTTP/1.1 404 Not Found\r\n"))
                #expect(recorder.wait(for: "closed"))
                _ = peer
            }
            #expect(recorder.names == ["accepted", "http/1.1", "deadline: linger", "closed"])
        }
    }

    @Test("is for each connection alone: one that is late costs another nothing")
    func independence() async throws {
        try await RunningServer.run(limits: limits { $0.headMilliseconds = 30 }) { running in
            let recorder = running.recorder
            try await onOwnThread {
                let patient = try Peer(to: running.address)
                let slow = try (0..<10).map { _ in try Peer(to: running.address) }
                for peer in slow { try peer.send("GET") }
                #expect(recorder.wait(for: "deadline: head", times: 10))
                try patient.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try patient.readAnswer() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
        }
    }

    @Test("with HTTP/2 ends with a client that never sends its settings")
    func http2Settings() async throws {
        try await RunningServer.run(limits: limits { $0.headMilliseconds = 30 }, tls: .fixture()) { running in
            let frames = try await onOwnThread {
                let peer = try Peer(to: running.address, tls: TLSPeer(offering: ["h2"]))
                return HTTP2Frame.parse(try peer.readBytesToEnd())
            }
            #expect(frames.last?.type == .goAway)
            #expect(running.recorder.names.prefix(3) == ["accepted", "h2", "deadline: head"])
        }
    }
}
