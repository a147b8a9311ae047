internal import Platform
internal import TLS

/// Looks at the certificates that a TLS server shows, trusting and telling it nothing.
package enum CertificateDial {
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

    /// The API server waits as long by the manifest's timeoutSeconds.
    private static let patienceMilliseconds: UInt64 = 5_000
    private static let readBytes = 16 * 1024

    /// On a thread of its own, because it blocks.
    package static let certificates: ShownCertificates = { address in
        try await withCheckedThrowingContinuation { answered in
            do {
                try SystemThread.start(name: "certificate") {
                    answered.resume(with: Result { try CertificateDial.blockingDial(address) })
                }
            } catch {
                answered.resume(throwing: error)
            }
        }
    }

    private static func blockingDial(_ address: SocketAddress) throws -> [UInt8] {
        let deadline = MonotonicTime.now().advanced(milliseconds: patienceMilliseconds)
        let socket = try StreamSocket(connectingTo: address)
        let session = try TLSSession(probing: TLSProbeContext())
        try session.handshake()
        var received = [UInt8](repeating: 0, count: readBytes)
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
        return session.peerCertificates
    }
}
