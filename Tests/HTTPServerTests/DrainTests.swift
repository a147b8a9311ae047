import ServerTestSupport
import Testing

@testable import HTTPServer

@Suite("A draining server")
struct DrainTests {
    private static let ask = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    private static let last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"

    @Test("ends a connection with the next answer, and goes on accepting")
    func answers() async throws {
        try await RunningServer.run(tls: .fixture()) { running in
            let server = running.server
            try await onOwnThread {
                let idle = try Peer(to: running.address, tls: TLSPeer())
                try idle.send(Self.ask)
                #expect(try idle.readAnswer() == Self.answer)
                server.beginDrain()
                // Its answer tells that the loop has seen the drain: both came to the loop in this order.
                let next = try Peer(to: running.address, tls: TLSPeer())
                try next.send(Self.ask)
                #expect(try next.readToEnd() == Self.last)
                #expect(next.tls?.hasSeenClose == true)
                try idle.send(Self.ask)
                #expect(try idle.readToEnd() == Self.last)
            }
        }
    }

    @Test("with HTTP/2 says GOAWAY twice and serves what came meanwhile")
    func http2() async throws {
        try await RunningServer.run(tls: .fixture()) { running in
            let server = running.server
            try await onOwnThread {
                let peer = try Peer(to: running.address, tls: TLSPeer(offering: ["h2"]))
                try peer.send(HTTP2Frame.preface() + HTTP2Frame.get("/id", stream: 1))
                let served = try peer.readFrames { frames in frames.contains { $0.type == .data } }
                #expect(served.contains { $0.type == .headers && $0.stream == 1 })

                server.beginDrain()
                let notice = try peer.readFrames { frames in frames.contains { $0.type == .ping } }
                #expect(notice.first { $0.type == .goAway }?.payload.prefix(4) == [0x7F, 0xFF, 0xFF, 0xFF])
                let ping = try #require(notice.first { $0.type == .ping })
                try peer.send(
                    HTTP2Frame.get("/id", stream: 3)
                        + HTTP2Frame.frame(.ping, flags: 1, payload: ping.payload))
                let rest = HTTP2Frame.parse(try peer.readBytesToEnd())
                #expect(rest.contains { $0.type == .headers && $0.stream == 3 })
                #expect(rest.first { $0.type == .goAway }?.payload.prefix(4) == [0, 0, 0, 3])
            }
        }
    }

    @Test("with HTTP/2, once stopped, says goodbye to a client that never asked")
    func http2Silent() async throws {
        var limits = ServerLimits()
        limits.lingerMilliseconds = 50
        limits.idleMilliseconds = 600_000
        try await RunningServer.run(limits: limits, tls: .fixture()) { running in
            let peer = try await onOwnThread {
                let peer = try Peer(to: running.address, tls: TLSPeer(offering: ["h2"]))
                try peer.send(HTTP2Frame.preface())
                // The acknowledgement of our SETTINGS: the server has read them.
                _ = try peer.readFrames { frames in frames.contains { $0.type == .settings && $0.flags == 1 } }
                return peer
            }
            running.server.beginDrain()
            await running.server.stop()
            let frames = try await onOwnThread { HTTP2Frame.parse(try peer.readBytesToEnd()) }
            #expect(frames.contains { $0.type == .goAway })
            #expect(running.recorder.count("deadline: linger") == 1)
        }
    }

    @Test("with HTTP/2, once stopped, answers a client that asks only then")
    func http2AsksLate() async throws {
        var limits = ServerLimits()
        limits.lingerMilliseconds = 600_000
        let loop = try HeldLoop(limits: limits, tls: .fixture())
        try await onOwnThread {
            let peer = try Peer(to: loop.address, tls: TLSPeer(offering: ["h2"]))
            try peer.send(HTTP2Frame.preface())
            _ = try peer.readFrames { frames in frames.contains { $0.type == .settings && $0.flags == 1 } }
            loop.control.stop()
            try peer.send(HTTP2Frame.get("/id", stream: 1))
            let frames = try peer.readFrames { frames in
                frames.contains { $0.type == .data } && frames.contains { $0.type == .ping }
            }
            let ping = try #require(frames.first { $0.type == .ping })
            try peer.send(HTTP2Frame.frame(.ping, flags: 1, payload: ping.payload))
            let served = frames + HTTP2Frame.parse(try peer.readBytesToEnd())
            #expect(served.contains { $0.type == .data && $0.stream == 1 && $0.payload == [UInt8(ascii: "0")] })
            #expect(loop.awaitEnd())
        }
    }
}
