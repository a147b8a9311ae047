import HTTPServer
import ServerTestSupport
import Testing

@Suite("HTTP/2 over a real connection")
struct HTTP2FlowTests {
    private static let bytes = 512 * 1024

    @Test("moves an answer of many frames, as far as the windows allow")
    func large() async throws {
        try await RunningServer.run(tls: .fixture()) { running in
            try await onOwnThread {
                let peer = try Peer(to: running.address, tls: TLSPeer(offering: ["h2"]))
                try peer.send(HTTP2Frame.preface() + HTTP2Frame.get("/half-a-megabyte", stream: 1))
                let first = try peer.readFrames { Self.dataBytes($0) >= 65_535 }
                #expect(Self.dataBytes(first) == 65_535)
                try peer.send(
                    HTTP2Frame.windowUpdate(1 << 20, stream: 0) + HTTP2Frame.windowUpdate(1 << 20, stream: 1))
                let rest = try peer.readFrames { Self.dataBytes($0) >= Self.bytes - 65_535 }
                #expect(Self.dataBytes(rest) == Self.bytes - 65_535)
                #expect(rest.last { $0.type == .data }?.flags == 1)
            }
        }
    }

    @Test("sends the whole of a large answer to a client that has ended its own side")
    func halfClose() async throws {
        try await RunningServer.run(tls: .fixture()) { running in
            try await onOwnThread {
                let peer = try Peer(to: running.address, tls: TLSPeer(offering: ["h2"]))
                try peer.send(
                    HTTP2Frame.preface(initialWindow: 1 << 24) + HTTP2Frame.windowUpdate(1 << 24, stream: 0)
                        + HTTP2Frame.get("/half-a-megabyte", stream: 1))
                peer.finishSending()
                let frames = HTTP2Frame.parse(try peer.readBytesToEnd())
                #expect(Self.dataBytes(frames) == Self.bytes)
            }
        }
    }

    private static func dataBytes(_ frames: [HTTP2Frame]) -> Int {
        frames.reduce(0) { $1.type == .data ? $0 + $1.payload.count : $0 }
    }
}

extension Peer {
    /// Frames until `isEnough` holds.
    func readFrames(until isEnough: ([HTTP2Frame]) -> Bool) throws -> [HTTP2Frame] {
        var bytes: [UInt8] = []
        while true {
            let frames = HTTP2Frame.parse(bytes)
            if isEnough(frames) { return frames }
            try awaitBytes(1)
            bytes += takeReceived()
        }
    }
}
