import ServerTestSupport
import TLS
import Testing

@Suite("A TLS session")
struct TLSSessionTests {
    private static let steps = [Int.max, 1, 7]

    @Test("completes a handshake and carries data both ways, however the bytes are cut", arguments: steps)
    func roundTrip(step: Int) throws {
        let talk = try TLSConversation(.fixture(), TLSPeer(), step: step)
        try talk.exchange()
        #expect(talk.server.progress == .open)
        #expect(talk.client.isOpen)
        #expect(talk.client.version == "TLSv1.3")
        #expect(talk.client.serverName == "first.example")

        try talk.client.write(Array("GET / HTTP/1.1\r\n".utf8))
        try talk.feedServer(talk.client.takeOutgoing())
        #expect(talk.delivered == Array("GET / HTTP/1.1\r\n".utf8))
        #expect(talk.pieces == 1)

        try talk.server.send(Array("HTTP/1.1 200 OK\r\n".utf8))
        talk.passToClient()
        #expect(try talk.client.read() == Array("HTTP/1.1 200 OK\r\n".utf8))
    }

    @Test("hands over large messages a record at a time, in order and whole", arguments: [Int.max, 5_000])
    func large(step: Int) throws {
        let talk = try TLSConversation(.fixture(), TLSPeer(), step: step)
        try talk.exchange()
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ ($0 >> 8)) }
        try talk.client.write(bytes)
        try talk.feedServer(talk.client.takeOutgoing())
        #expect(talk.delivered == bytes)
        #expect(talk.pieces == (300_000 + 16_383) / 16_384)
        try talk.server.send(bytes)
        talk.passToClient()
        #expect(try talk.client.read() == bytes)
    }

    @Test("sends nothing for nothing")
    func emptySend() throws {
        let talk = try TLSConversation(.fixture(), TLSPeer())
        try talk.exchange()
        try talk.server.send([])
        #expect(talk.server.outgoing.isEmpty)
    }

    @Test("delivers a request that comes in one read with the end of the handshake")
    func requestWithFinished() throws {
        let talk = try TLSConversation(.fixture(), TLSPeer())
        try talk.client.handshake()
        try talk.feedServer(talk.client.takeOutgoing())
        talk.passToClient()
        try talk.client.handshake()
        try talk.client.write([1, 2, 3])
        try talk.feedServer(talk.client.takeOutgoing())
        #expect(talk.server.progress == .open)
        #expect(talk.delivered == [1, 2, 3])
    }

    @Test("sees the client's close_notify, and delivers what came before it")
    func closeNotify() throws {
        let talk = try TLSConversation(.fixture(), TLSPeer())
        try talk.exchange()
        try talk.client.write([9])
        talk.client.close()
        try talk.feedServer(talk.client.takeOutgoing())
        #expect(talk.delivered == [9])
        #expect(talk.server.progress == .ended)
        // The other direction is still open (RFC 8446 section 6.1).
        try talk.server.send([8])
        talk.passToClient()
        #expect(talk.client.hasSeenClose == false)
    }

    @Test("says close_notify of its own")
    func saysClose() throws {
        let talk = try TLSConversation(.fixture(), TLSPeer())
        try talk.exchange()
        talk.server.close()
        talk.passToClient()
        #expect(try talk.client.read().isEmpty)
        #expect(talk.client.hasSeenClose)
    }

    @Test("has nothing to say at a close before the handshake is done")
    func closeBeforeHandshake() throws {
        let server = try TLSSession(accepting: .fixture())
        server.close()
        #expect(server.outgoing.isEmpty)
    }

    @Test(
        "knows plain HTTP when it sees it", arguments: ["GET /", "POST ", "HEAD ", "PUT /"])
    func plainHTTP(start: String) throws {
        let talk = try TLSConversation(.fixture(), TLSPeer())
        let error = #expect(throws: TLSError.self) { try talk.feedServer(Array("\(start) HTTP/1.1\r\n\r\n".utf8)) }
        #expect(error?.code == .plainHTTP)
        #expect(error?.description == "the client sent an HTTP request to an HTTPS server (http request)")
    }

    @Test("refuses garbage of any size without keeping it", arguments: [16, 16_896, 1_000_000], TLSSessionTests.steps)
    func garbage(count: Int, step: Int) throws {
        let talk = try TLSConversation(.fixture(), TLSPeer(), step: step)
        let error = #expect(throws: TLSError.self) {
            try talk.feedServer([UInt8](repeating: 0x41, count: count))
        }
        #expect(error?.code == .protocolFailure)
        #expect(talk.server.outgoing.count <= 7)
        #expect(talk.delivered.isEmpty)
    }

    @Test("refuses a record that announces more than TLS allows")
    func oversizedRecord() throws {
        let talk = try TLSConversation(.fixture(), TLSPeer())
        try talk.exchange()
        let error = #expect(throws: TLSError.self) {
            try talk.feedServer([23, 3, 3, 0x7F, 0xFF] + [UInt8](repeating: 0, count: 64))
        }
        #expect(error?.code == .protocolFailure)
        #expect(error?.reason == "packet length too long")
        talk.passToClient()
        #expect(throws: TLSPeer.Failure.self) { try talk.client.read() }
    }

    @Test("refuses a record that was changed on its way, and tells the client")
    func tampered() throws {
        let talk = try TLSConversation(.fixture(), TLSPeer())
        try talk.exchange()
        try talk.client.write([1, 2, 3])
        var record = talk.client.takeOutgoing()
        record[record.count - 1] ^= 1
        let error = #expect(throws: TLSError.self) { try talk.feedServer(record) }
        #expect(error?.code == .protocolFailure)
        #expect(talk.delivered.isEmpty)
        // Nothing follows a fatal alert (RFC 8446 section 6.2).
        let alert = talk.server.outgoing
        talk.server.close()
        #expect(talk.server.outgoing == alert)
        talk.passToClient()
        #expect(throws: TLSPeer.Failure(reason: "sslv3 alert bad record mac")) { try talk.client.read() }
    }

    @Test("fails alone: a session on the same thread does not inherit its errors")
    func errorQueue() throws {
        let context = try TLSContext.fixture()
        let good = try TLSConversation(context, TLSPeer())
        try good.exchange()
        for _ in 0..<3 {
            let bad = try TLSConversation(context, TLSPeer())
            _ = try? bad.feedServer([UInt8](repeating: 0xFF, count: 64))
            bad.server.close()
            try good.client.write([5])
            try good.feedServer(good.client.takeOutgoing())
        }
        #expect(good.delivered == [5, 5, 5])
    }

    @Test("outlives the context that it was made from")
    func contextReplaced() throws {
        let client = try TLSPeer()
        var context: TLSContext? = try .fixture()
        let talk = try TLSConversation(try #require(context), client)
        context = nil
        try talk.exchange()
        #expect(talk.client.isOpen)
    }

    @Test("has a probe for its other end", arguments: steps)
    func probe(step: Int) throws {
        let server = try TLSSession(accepting: .fixture())
        let probe = try TLSSession(probing: TLSProbeContext())
        var scratch = [UInt8](repeating: 0, count: 16 * 1024)
        var received = 0
        try probe.handshake()
        for _ in 0..<3 {
            for (from, to) in [(probe, server), (server, probe)] {
                var rest = from.outgoing[...]
                from.outgoing = []
                while !rest.isEmpty {
                    let piece = Array(rest.prefix(step))
                    rest = rest.dropFirst(piece.count)
                    try to.receive(piece, count: piece.count, scratch: &scratch) { received += $0.byteCount }
                }
            }
        }
        #expect(probe.progress == .open)
        #expect(server.progress == .open)
        #expect(received == 0)
        #expect(server.negotiatedProtocol == .http1)
    }
}
