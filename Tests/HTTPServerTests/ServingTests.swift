import HTTPSemantics
import HTTPServer
import Platform
import ServerTestSupport
import Synchronization
import TLS
import Testing

@Suite("A server")
struct ServingTests {
    private static let ask = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    @Test("answers over plain HTTP, and again on the same connection")
    func plain() async throws {
        try await RunningServer.run { running in
            try await onOwnThread {
                let peer = try Peer(to: running.address)
                for _ in 0..<3 {
                    try peer.send(Self.ask)
                    #expect(try peer.readAnswer() == Self.answer)
                }
            }
            #expect(running.recorder.wait(for: "closed"))
            #expect(running.recorder.names == ["accepted", "http/1.1", "closed"])
        }
    }

    @Test("answers over TLS")
    func tls() async throws {
        try await RunningServer.run(tls: .fixture()) { running in
            try await onOwnThread {
                let peer = try Peer(to: running.address, tls: TLSPeer(offering: ["http/1.1"]))
                for _ in 0..<3 {
                    try peer.send(Self.ask)
                    #expect(try peer.readAnswer() == Self.answer)
                }
            }
            #expect(running.recorder.wait(for: "closed"))
            #expect(running.recorder.names == ["accepted", "http/1.1", "closed"])
        }
    }

    @Test("gives the same answer when every byte comes alone")
    func byteByByte() async throws {
        try await RunningServer.run { running in
            try await onOwnThread {
                let peer = try Peer(to: running.address)
                for byte in Self.ask.utf8 { try peer.send([byte]) }
                #expect(try peer.readAnswer() == Self.answer)
            }
        }
    }

    @Test("makes a handler for each event loop, and each keeps its own")
    func handlers() async throws {
        let counter = HandlerCounter()
        try await RunningServer.run(loops: 3, makeHandler: { PathHandler(id: counter.next()) }) { running in
            let seen = try await onOwnThread {
                var seen: Set<String> = []
                for _ in 0..<200 where seen.count < 3 {
                    let peer = try Peer(to: running.address)
                    try peer.send("GET /id HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    seen.insert(String(try peer.readToEnd().suffix(1)))
                }
                return seen
            }
            #expect(seen == ["0", "1", "2"])
            #expect(counter.next() == 3)
        }
    }

    @Test("serves several addresses at once, each with its own handler")
    func endpoints() async throws {
        let recorder = EventRecorder()
        let any = SocketAddress(host: "127.0.0.1", port: 0)
        let server = try HTTPServer(
            endpoints: [
                Endpoint(address: any, currentTLS: nil) { PathHandler(id: 7) },
                Endpoint(address: any, currentTLS: nil) { PathHandler(id: 8) },
            ], loops: 2, name: "test", limits: ServerLimits(), observer: recorder, onFailure: { _ in })
        let addresses = server.addresses
        #expect(addresses[0].port != addresses[1].port)
        let bodies = try await onOwnThread {
            try addresses.map { address in
                let peer = try Peer(to: address)
                try peer.send("GET /id HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                return try peer.readToEnd().suffix(1)
            }
        }
        #expect(bodies == ["7", "8"])
        await server.stop()
    }

    @Test("tells plain HTTP on the TLS port what is wrong, and closes")
    func plainHTTP() async throws {
        try await RunningServer.run(tls: .fixture()) { running in
            let said = try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return try peer.readToEnd()
            }
            #expect(
                said == "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
            #expect(
                running.recorder.names == [
                    "accepted",
                    "handshake failed: the client sent an HTTP request to an HTTPS server (http request)", "closed",
                ])
        }
    }

    @Test("answers garbage on the TLS port with an alert, and closes")
    func garbage() async throws {
        try await RunningServer.run(tls: .fixture()) { running in
            let said = try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send([0x16, 3, 1, 0, 100] + [UInt8](repeating: 0xAA, count: 100))
                return try peer.readBytesToEnd()
            }
            #expect(said.count == 7)
            #expect(said.first == 21)
        }
    }

    @Test("answers what came before the peer's end, and then closes", arguments: [false, true])
    func halfClose(isEncrypted: Bool) async throws {
        try await RunningServer.run(tls: isEncrypted ? .fixture() : nil) { running in
            try await onOwnThread {
                let peer = try Peer(to: running.address, tls: isEncrypted ? TLSPeer() : nil)
                try peer.send(Self.ask)
                peer.tls?.close()
                try peer.transmit(peer.tls?.takeOutgoing() ?? [])
                peer.finishSending()
                #expect(try peer.readToEnd() == Self.answer)
                #expect(peer.tls?.hasSeenClose ?? true)
            }
        }
    }

    @Test("sends the whole of a large answer to a peer that has ended its own side")
    func halfCloseLarge() async throws {
        try await RunningServer.run { running in
            try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                peer.finishSending()
                let answer = try peer.readBytesToEnd()
                let body = Array(answer.suffix(PathHandler.large.count))
                #expect(answer.starts(with: Array("HTTP/1.1 200 OK\r\n".utf8)))
                #expect(body == PathHandler.large)
            }
        }
    }

    @Test("says nothing to a peer that ends in the middle of a request")
    func endInRequest() async throws {
        try await RunningServer.run { running in
            try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
                peer.finishSending()
                #expect(try peer.readToEnd().isEmpty)
            }
        }
    }

    @Test("keeps a refusal from being lost behind a body that nobody reads")
    func lingering() async throws {
        try await RunningServer.run { running in
            try await onOwnThread {
                let peer = try Peer(to: running.address)
                try peer.send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
                try peer.send([UInt8](repeating: 1, count: 1_000_000))
                let answer = try peer.readToEnd()
                #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
                #expect(answer.hasSuffix("Connection: close\r\n\r\nrefused\n"))
            }
            #expect(running.recorder.wait(for: "closed"))
            #expect(running.recorder.count("deadline: linger") == 0)
        }
    }

    @Test("shows every loop's sign of life, and misses one that is held")
    func ping() async throws {
        let gate = Gate()
        try await RunningServer.run(makeHandler: { PathHandler(gate: gate) }) { running in
            let server = running.server
            #expect(server.ping())
            try await onOwnThread {
                let peer = try Peer(to: running.address)
                // Once this is answered, so is the question: both wait for the same thread.
                try peer.send(Self.ask)
                _ = try peer.readAnswer()
                #expect(server.ping())
                try peer.send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(gate.awaitEntry())
                // This one may have been answered before the loop was held; the next cannot be.
                _ = server.ping()
                #expect(!server.ping())
                gate.open()
                _ = try peer.readAnswer()
                try peer.send(Self.ask)
                _ = try peer.readAnswer()
                #expect(server.ping())
            }
        }
    }
}

/// Numbers handlers in the order in which they are made.
private final class HandlerCounter: Sendable {
    private let made = Atomic(0)

    func next() -> Int { made.add(1, ordering: .relaxed).oldValue }
}
