import Glibc
import Platform
import ServerTestSupport
import Testing

@Suite("A listening socket")
struct ListeningSocketTests {
    private static let anyPort = SocketAddress(host: "127.0.0.1", port: 0)

    private func accepted(_ socket: ListeningSocket) throws -> StreamSocket? {
        let poll = try Poll()
        try poll.add(socket, .read, token: 1)
        #expect(try poll.wait(milliseconds: 20_000) == 1)
        guard case .connection(let connection) = socket.accept() else { return nil }
        return connection
    }

    @Test("names the free port that it took for port 0, and takes connections there")
    func freePort() throws {
        let socket = try ListeningSocket(Self.anyPort)
        #expect(socket.address.port != 0)
        let peer = try Peer(to: socket.address)
        let connection = try #require(try accepted(socket))
        #expect(connection.send([7], from: 0) == .moved(1))
        try peer.awaitBytes(1)
    }

    @Test("has nobody waiting at first")
    func nobody() throws {
        guard case .none = try ListeningSocket(Self.anyPort).accept() else {
            Issue.record("somebody was accepted")
            return
        }
    }

    @Test("shares its port with another of this server")
    func shared() throws {
        let first = try ListeningSocket(Self.anyPort)
        let second = try ListeningSocket(first.address)
        #expect(second.address == first.address)
    }

    @Test("cannot have a port that somebody else holds, and says which one")
    func taken() throws {
        // A listener that shares with nobody.
        let stranger = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(stranger) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(unsafe bind(stranger, $0, length) == 0)
                #expect(listen(stranger, 1) == 0)
                #expect(unsafe getsockname(stranger, $0, &length) == 0)
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        let error = #expect(throws: SystemError.self) {
            try ListeningSocket(SocketAddress(host: "127.0.0.1", port: port))
        }
        #expect(error?.description == "bind 127.0.0.1:\(port): Address already in use")
        #expect(error?.isAddressInUse == true)
    }

    @Test("refuses connections once it has stopped, while it is still held")
    func stopped() throws {
        let socket = try ListeningSocket(Self.anyPort)
        socket.stopListening()
        #expect(throws: (any Error).self) {
            let peer = try Peer(to: socket.address)
            _ = try peer.readToEnd()
        }
    }

    @Test("gives nobody and does not hang when it is asked after it has stopped")
    func acceptAfterStop() async throws {
        let socket = try ListeningSocket(Self.anyPort)
        socket.stopListening()
        let hasConnection = try await onOwnThread {
            if case .connection = socket.accept() { return true }
            return false
        }
        #expect(!hasConnection)
    }

    @Test("resets who was waiting when it stops, and leaves who was accepted alone")
    func stoppedWithWaiting() throws {
        let socket = try ListeningSocket(Self.anyPort)
        let known = try Peer(to: socket.address)
        let connection = try #require(try accepted(socket))
        let waiting = try Peer(to: socket.address)
        socket.stopListening()
        #expect(throws: Peer.Failure.reset(ECONNRESET)) { try waiting.readToEnd() }
        #expect(connection.send([1], from: 0) == .moved(1))
        try known.awaitBytes(1)
    }

    @Test("serves IPv4 as well when it was given no host")
    func everyAddress() throws {
        let socket = try ListeningSocket(SocketAddress(host: nil, port: 0))
        _ = try Peer(to: SocketAddress(host: "127.0.0.1", port: socket.address.port))
        #expect(try accepted(socket) != nil)
    }
}
