import Platform
import ServerTestSupport
import Testing

@testable import HTTPServer

@Suite("An event loop")
struct EventLoopTests {
    private static let ask = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    private static let last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"

    private var limits: ServerLimits {
        var limits = ServerLimits()
        limits.lingerMilliseconds = 50
        limits.idleMilliseconds = 600_000
        limits.quietMilliseconds = 600_000
        return limits
    }

    @Test("that stops answers a request which has come on an idle connection and was not read yet")
    func idleWithRequest() async throws {
        let loop = try HeldLoop(limits: limits)
        try await onOwnThread {
            let peer = try Peer(to: loop.address)
            try peer.send(Self.ask)
            #expect(try peer.readAnswer() == Self.answer)
            let holder = try loop.hold()
            // The wake-up becomes ready before the request does, so the loop looks at it first.
            _ = loop.control.ping()
            try peer.send(Self.ask)
            loop.control.drain()
            loop.control.stop()
            loop.gate.open()
            #expect(try peer.readToEnd() == Self.last)
            #expect(loop.awaitEnd())
            _ = holder
        }
    }

    @Test("that stops serves everybody who was waiting to be accepted, however many")
    func acceptQueue() async throws {
        let loop = try HeldLoop(limits: limits)
        try await onOwnThread {
            let holder = try loop.hold()
            let peers = try (0..<150).map { _ in
                let peer = try Peer(to: loop.address)
                try peer.send(Self.ask)
                return peer
            }
            loop.control.stop()
            loop.gate.open()
            let said = peers.map { try? $0.readToEnd() }
            #expect(said.count { $0 == Self.last } == 150)
            #expect(loop.awaitEnd())
            _ = holder
        }
    }

    @Test("that stops at its connection limit serves whom it has and ends")
    func stopWhilePaused() async throws {
        var few = limits
        few.connections = 1
        few.shedConnections = 1
        let loop = try HeldLoop(limits: few)
        try await onOwnThread {
            let first = try Peer(to: loop.address)
            try first.send(Self.ask)
            #expect(try first.readAnswer() == Self.answer)
            let second = try Peer(to: loop.address)
            let third = try Peer(to: loop.address)
            #expect(loop.recorder.wait(for: "paused"))
            loop.control.stop()
            #expect(first.isCut() && second.isCut() && third.isCut())
            #expect(loop.awaitEnd())
            #expect(loop.recorder.count("accepted") + loop.recorder.count("shed") == 2)
            #expect(loop.recorder.count("closed") == 2)
        }
    }

    @Test("loses no order that comes while it is busy")
    func orders() async throws {
        for order in 0..<20 {
            let loop = try HeldLoop(limits: limits)
            try await onOwnThread {
                let holder = try loop.hold()
                _ = loop.control.ping()
                if order.isMultiple(of: 2) {
                    loop.control.stop()
                    loop.gate.open()
                } else {
                    loop.gate.open()
                    loop.control.stop()
                }
                #expect(loop.awaitEnd())
                _ = holder
            }
        }
    }

    @Test("at its limit answers a request which has come on a quiet connection, and evicts another")
    func evictionWithRequest() async throws {
        var few = limits
        few.connections = 2
        few.shedConnections = 1
        few.quietMilliseconds = 0
        let loop = try HeldLoop(limits: few)
        try await onOwnThread {
            let peer = try Peer(to: loop.address)
            try peer.send(Self.ask)
            #expect(try peer.readAnswer() == Self.answer)
            let holder = try loop.hold()
            // The new connection becomes ready before the request does, so the loop looks at it first.
            let new = try Peer(to: loop.address)
            try peer.send(Self.ask)
            loop.gate.open()
            #expect(try peer.readAnswer() == Self.answer)
            loop.control.stop()
            loop.control.abort()
            #expect(loop.awaitEnd())
            withExtendedLifetime((holder, new)) {}
        }
    }
}
