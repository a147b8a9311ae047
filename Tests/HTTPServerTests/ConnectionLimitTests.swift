import HTTPServer
import Platform
import ServerTestSupport
import Testing

@Suite("A server's connection limit")
struct ConnectionLimitTests {
    private static let ask = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    /// - Parameter quietMilliseconds: long unless a test is about it, so that a slow machine evicts nobody.
    private func limits(_ connections: Int, shed: Int, quietMilliseconds: UInt64 = 600_000) -> ServerLimits {
        var limits = ServerLimits()
        limits.connections = connections
        limits.shedConnections = shed
        limits.quietMilliseconds = quietMilliseconds
        return limits
    }

    @Test("answers 503 above it, pauses above that, and goes on when somebody leaves")
    func stages() async throws {
        try await RunningServer.run(limits: limits(2, shed: 1)) { running in
            let recorder = running.recorder
            try await onOwnThread {
                let first = try Peer(to: running.address)
                try first.send(Self.ask)
                #expect(try first.readAnswer() == Self.answer)
                do {
                    let second = try Peer(to: running.address)
                    try second.send(Self.ask)
                    #expect(try second.readAnswer() == Self.answer)

                    let third = try Peer(to: running.address)
                    #expect(recorder.wait(for: "shed"))
                    // The kernel completes this connection; nobody accepts it yet.
                    let fourth = try Peer(to: running.address)
                    try fourth.send(Self.ask)
                    #expect(recorder.wait(for: "paused"))
                    #expect(recorder.count("accepted") + recorder.count("shed") == 3)

                    try third.send(Self.ask)
                    #expect(
                        try third.readToEnd()
                            == "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
                            + "Content-Length: 32\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
                            + "too many connections; try again\n")
                    #expect(recorder.wait(for: "resumed"))
                    // Two are served still, so this one is above the limit as well.
                    #expect(try fourth.readToEnd().hasPrefix("HTTP/1.1 503 "))
                    withExtendedLifetime(second) {}
                }
                #expect(recorder.wait(for: "closed", times: 3))
                let fifth = try Peer(to: running.address)
                try fifth.send(Self.ask)
                #expect(try fifth.readAnswer() == Self.answer)
                try first.send(Self.ask)
                #expect(try first.readAnswer() == Self.answer)
            }
        }
    }

    @Test("lets the connection that was quiet for longest give way to a new one")
    func eviction() async throws {
        try await RunningServer.run(limits: limits(2, shed: 1, quietMilliseconds: 0)) { running in
            let recorder = running.recorder
            try await onOwnThread {
                let older = try Peer(to: running.address)
                try older.send(Self.ask)
                #expect(try older.readAnswer() == Self.answer)
                let newer = try Peer(to: running.address)
                try newer.send(Self.ask)
                #expect(try newer.readAnswer() == Self.answer)

                let third = try Peer(to: running.address)
                try third.send(Self.ask)
                #expect(try third.readAnswer() == Self.answer)
                #expect(try older.readToEnd() == "")
                try newer.send(Self.ask)
                #expect(try newer.readAnswer() == Self.answer)
                #expect(recorder.count("evicted") == 1)
                #expect(recorder.count("shed") == 0)
            }
        }
    }

    @Test("never takes a connection whose request is under way")
    func noEviction() async throws {
        try await RunningServer.run(limits: limits(1, shed: 1, quietMilliseconds: 0)) { running in
            let recorder = running.recorder
            try await onOwnThread {
                let busy = try Peer(to: running.address)
                try busy.send(Self.ask + "GET / HT")
                #expect(try busy.readAnswer() == Self.answer)
                let second = try Peer(to: running.address)
                try second.send(Self.ask)
                #expect(try second.readToEnd().hasPrefix("HTTP/1.1 503 "))
                try busy.send("TP/1.1\r\nHost: a\r\n\r\n")
                #expect(try busy.readAnswer() == Self.answer)
                #expect(recorder.count("evicted") == 0)
            }
        }
    }

    @Test("counts nobody twice: what is accepted is closed, whatever became of it")
    func balance() async throws {
        try await RunningServer.run(limits: limits(4, shed: 2), loops: 2) { running in
            let recorder = running.recorder
            try await onOwnThread {
                for round in 0..<60 {
                    let peers = try (0..<4).map { _ in try Peer(to: running.address) }
                    if round % 3 == 0 { for peer in peers { peer.vanish() } }
                    if round % 3 == 1 { for peer in peers { try peer.send("GET / HT") } }
                }
                #expect(recorder.wait(for: "closed", times: 240))
            }
            #expect(recorder.count("accepted") + recorder.count("shed") == 240)
            #expect(recorder.count("closed") == 240)
        }
    }

    @Test("leaves no descriptor behind after a thousand connections")
    func descriptors() async throws {
        var largest = ServerLimits()
        largest.connections = 2_000
        try await RunningServer.run(limits: largest, loops: 2) { running in
            let recorder = running.recorder
            let open = try await onOwnThread {
                for round in 0..<10 {
                    let peers = try (0..<100).map { _ in try Peer(to: running.address) }
                    for peer in peers { try peer.send(Self.ask) }
                    for peer in peers { #expect(try peer.readAnswer() == Self.answer) }
                    if round == 9 { return (peers.count, OpenDescriptors.connections(port: running.address.port)) }
                    if round.isMultiple(of: 2) { for peer in peers { peer.vanish() } }
                }
                return (0, 0)
            }
            #expect(open.0 == 100 && open.1 >= 100)
            #expect(try await onOwnThread { recorder.wait(for: "closed", times: 1_000) })
            await running.server.stop()
            #expect(OpenDescriptors.connections(port: running.address.port) == 0)
        }
    }
}
