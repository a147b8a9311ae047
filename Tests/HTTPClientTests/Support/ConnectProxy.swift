import Foundation
import Platform

/// A proxy that takes one CONNECT and tunnels it to `target`, whatever host was asked for.
final class ConnectProxy: Sendable {
    private let peer: ScriptedPeer
    private let target: SocketAddress

    init(to target: SocketAddress) throws {
        peer = try ScriptedPeer()
        self.target = target
    }

    var port: UInt16 { peer.port }

    /// Opens the tunnel, which then runs until either side ends.
    ///
    /// - Returns: the head of the CONNECT request.
    func serve() throws -> String {
        let (client, head) = try peer.acceptRequest()
        let server = PeerConnection(try StreamSocket(connectingTo: target))
        try client.write("HTTP/1.1 200 Connection established\r\nx-proxy: secret of the proxy\r\n\r\n")
        ConnectProxy.pump(from: client, to: server)
        ConnectProxy.pump(from: server, to: client)
        return head
    }

    private static func pump(from source: PeerConnection, to sink: PeerConnection) {
        Thread {
            do {
                while true { try sink.write(source.receiveSome()) }
            } catch {
                sink.finishSending()
            }
        }.start()
    }
}
