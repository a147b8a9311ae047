import ServerTestSupport
import TLS

/// A server session of this project and a client, back to back in memory.
final class TLSConversation {
    let server: TLSSession
    let client: TLSPeer
    private(set) var delivered: [UInt8] = []
    private(set) var pieces = 0
    private var scratch = [UInt8](repeating: 0, count: 16 * 1024)
    private let step: Int

    /// - Parameter step: bytes of ciphertext that reach the server at a time.
    init(_ context: TLSContext, _ client: TLSPeer, step: Int = .max) throws {
        server = try TLSSession(accepting: context)
        self.client = client
        self.step = step
    }

    /// Both sides speak until neither has anything left to say.
    func exchange() throws {
        repeat {
            try client.handshake()
            try feedServer(client.takeOutgoing())
            passToClient()
        } while try hasMore()
    }

    func feedServer(_ ciphertext: [UInt8]) throws {
        var rest = ciphertext[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(step))
            rest = rest.dropFirst(piece.count)
            try server.receive(piece, count: piece.count, scratch: &scratch) { plaintext in
                pieces += 1
                for offset in plaintext.byteOffsets {
                    delivered.append(unsafe plaintext.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
                }
            }
        }
    }

    func passToClient() {
        client.feed(server.outgoing)
        server.outgoing.removeAll()
    }

    private func hasMore() throws -> Bool {
        try client.handshake()
        let waiting = client.takeOutgoing()
        try feedServer(waiting)
        let hadOutput = !server.outgoing.isEmpty
        passToClient()
        return hadOutput
    }
}
