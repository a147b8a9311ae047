import Glibc
import Platform
import ServerTestSupport
import Testing

@Suite("A stream socket")
struct StreamSocketTests {
    private let listener: ListeningSocket

    init() throws { listener = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0)) }

    private func pair() throws -> (client: StreamSocket, server: StreamSocket) {
        let client = try StreamSocket(connectingTo: listener.address)
        #expect(client.wait(for: .writing, until: MonotonicTime.now().advanced(milliseconds: 20_000)))
        guard case .connection(let server) = listener.accept() else { throw Peer.Failure.endedEarly }
        return (client, server)
    }

    @Test("is blocked while there is nothing to read, and tells the end apart from that")
    func reading() throws {
        let (client, server) = try pair()
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(server.receive(into: &buffer) == .blocked)
        client.finishSending()
        #expect(server.wait(for: .reading, until: MonotonicTime.now().advanced(milliseconds: 20_000)))
        #expect(server.receive(into: &buffer) == .ended)
        // The other direction is still open.
        #expect(server.send([1, 2], from: 1) == .moved(1))
        #expect(client.wait(for: .reading, until: MonotonicTime.now().advanced(milliseconds: 20_000)))
        #expect(client.receive(into: &buffer) == .moved(1))
        #expect(buffer[0] == 2)
    }

    @Test("takes a part of what is too much, and then is blocked")
    func partialWrites() throws {
        let (client, server) = try pair()
        let bytes = [UInt8](repeating: 7, count: 32 * 1024 * 1024)
        guard case .moved(let first) = server.send(bytes, from: 0) else {
            Issue.record("nothing was taken")
            return
        }
        #expect(first > 0 && first < bytes.count)
        var offset = first
        while case .moved(let more) = server.send(bytes, from: offset) { offset += more }
        #expect(offset < bytes.count)
        #expect(server.send(bytes, from: offset) == .blocked)
        _ = client
    }

    @Test("fails without a signal when the peer has vanished")
    func vanished() throws {
        let server: StreamSocket
        do {
            let peer = try Peer(to: listener.address)
            guard case .connection(let accepted) = listener.accept() else { throw Peer.Failure.endedEarly }
            server = accepted
            peer.vanish()
        }
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(server.wait(for: .reading, until: MonotonicTime.now().advanced(milliseconds: 20_000)))
        #expect(server.receive(into: &buffer) == .failed(ECONNRESET))
        #expect(server.send([1], from: 0) == .failed(EPIPE))
    }

    @Test("gives up waiting at the deadline")
    func deadline() throws {
        let (client, server) = try pair()
        #expect(!client.wait(for: .reading, until: MonotonicTime.now()))
        _ = server
    }
}
