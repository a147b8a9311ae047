package import Platform
internal import TLS

/// Goes through a TLS handshake with a server to see that it answers and which certificates it shows, trusting and telling
/// it nothing.
///
/// It ends as soon as the server has proved itself, without the client's last flight: where client certificates are
/// demanded, the server would count and log a failure with every look.
package struct CertificateDial: Sendable {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case noAnswer
        case noHandshake

        package var description: String {
            switch self {
            case .noAnswer: "it does not answer in time"
            case .noHandshake: "it ends the TLS handshake"
            }
        }
    }

    private static let readBytes = 16 * 1024

    private let patienceMilliseconds: UInt64
    private let tls: TLSProbeContext

    /// - Parameter patience: for one handshake, whole milliseconds of it.
    /// - Throws: `TLSError` with `.libraryFailure`.
    package init(patienceMilliseconds: UInt64) throws {
        self.patienceMilliseconds = patienceMilliseconds
        tls = try TLSProbeContext()
    }

    /// PEM, the leaf first. On a thread of its own, because it blocks; that ends by itself after the patience.
    ///
    /// - Throws: `Failure`, `SystemError` for an address that cannot be connected to, `TLSError`.
    package func certificates(of address: SocketAddress) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { answered in
            do {
                try SystemThread.start(name: "certificate") {
                    answered.resume(with: Result { try self.blockingCertificates(of: address) })
                }
            } catch {
                answered.resume(throwing: error)
            }
        }
    }

    /// As `certificates`, on the caller's thread.
    package func blockingCertificates(of address: SocketAddress) throws -> [UInt8] {
        let deadline = MonotonicTime.now().advanced(milliseconds: patienceMilliseconds)
        let socket = try StreamSocket(connectingTo: address)
        let session = try TLSSession(probing: tls)
        try session.handshake()
        var received = [UInt8](repeating: 0, count: Self.readBytes)
        var plaintext = received
        while session.progress == .handshaking {
            if !session.outgoing.isEmpty {
                guard socket.wait(for: .writing, until: deadline) else { throw Failure.noAnswer }
                switch socket.send(session.outgoing, from: 0) {
                case .moved(let count): session.outgoing.removeFirst(count)
                case .failed(let code): throw SystemError("connect \(address)", code: code)
                case .blocked, .ended: break
                }
                continue
            }
            guard socket.wait(for: .reading, until: deadline) else { throw Failure.noAnswer }
            switch socket.receive(into: &received) {
            case .moved(let count):
                try session.receive(received, count: count, scratch: &plaintext) { _ in }
            case .blocked: break
            case .ended: throw Failure.noHandshake
            case .failed(let code): throw SystemError("connect \(address)", code: code)
            }
        }
        guard session.progress == .open else { throw Failure.noHandshake }
        return session.peerCertificates
    }
}
