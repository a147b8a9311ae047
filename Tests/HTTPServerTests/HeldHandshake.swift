import Platform
import ServerTestSupport

/// A TLS client that keeps its last flight back, so that the server waits for the end of the handshake.
///
/// `@unchecked Sendable`: a test uses it on one thread after the other.
final class HeldHandshake: @unchecked Sendable {
    private let peer: Peer
    private let tls: TLSPeer

    init(to address: SocketAddress) throws {
        peer = try Peer(to: address)
        tls = try TLSPeer()
        try tls.handshake()
        try peer.transmit(tls.takeOutgoing())
        while !tls.isOpen {
            try peer.awaitBytes(1)
            tls.feed(peer.takeReceived())
            try tls.handshake()
        }
    }

    /// Sends the last flight, and a request in the same packet.
    func finish(asking request: String = "") throws {
        if !request.isEmpty { try tls.write(Array(request.utf8)) }
        try peer.transmit(tls.takeOutgoing())
    }

    func readToEnd() throws -> String {
        tls.feed(try peer.readBytesToEnd())
        return String(decoding: try tls.read(), as: UTF8.self)
    }

    var hasSeenClose: Bool { tls.hasSeenClose }
}
