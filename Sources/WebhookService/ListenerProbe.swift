internal import Platform
internal import ServiceLifecycle
internal import Synchronization
internal import TLS

/// Dials the webhook's own port and goes through a TLS handshake, as controller-runtime's StartedChecker does, so that
/// readiness means what the API server would see.
///
/// It ends as soon as the server has proved itself, without the client's last flight: where client certificates are
/// demanded, the server would count and log a failure with every probe.
final class ListenerProbe: Service {
    /// Between two probes: a tenth of a percent of one core, and quicker than the kubelet's default of 10 s.
    private static let intervalMilliseconds: Int32 = 5_000

    /// A handshake over loopback takes under a millisecond; a loop that is this late is in trouble.
    private static let patienceMilliseconds: UInt64 = 1_000

    private static let readBytes = 16 * 1024

    private let address: SocketAddress
    private let tls: TLSProbeContext
    private let reached = Atomic(false)
    private let wakeUp: WakeUp

    init(address: SocketAddress) throws {
        self.address = address
        tls = try TLSProbeContext()
        wakeUp = try WakeUp()
    }

    /// Whether the latest probe completed its handshake.
    var isReachable: Bool { reached.load(ordering: .relaxed) }

    /// Probes until graceful shutdown, on a thread of its own.
    func run() async throws {
        try await BlockingWork.run(name: "probe", wakeUp: wakeUp) {
            repeat {
                self.reached.store(self.probe(), ordering: .relaxed)
            } while !self.wakeUp.wait(milliseconds: ListenerProbe.intervalMilliseconds)
        }
    }

    /// One handshake with the listener. Blocks its thread.
    func probe() -> Bool {
        let deadline = MonotonicTime.now().advanced(milliseconds: ListenerProbe.patienceMilliseconds)
        do {
            let socket = try StreamSocket(connectingTo: address)
            let session = try TLSSession(probing: tls)
            try session.handshake()
            return try converse(socket, session, until: deadline)
        } catch {
            return false
        }
    }

    private func converse(
        _ socket: StreamSocket, _ session: TLSSession, until deadline: MonotonicTime
    ) throws -> Bool {
        var received = [UInt8](repeating: 0, count: ListenerProbe.readBytes)
        var plaintext = received
        while session.progress != .open {
            if !session.outgoing.isEmpty {
                guard socket.wait(for: .writing, until: deadline),
                    socket.send(session.outgoing, from: 0) == .moved(session.outgoing.count)
                else { return false }
                session.outgoing.removeAll()
            }
            guard socket.wait(for: .reading, until: deadline),
                case .moved(let count) = socket.receive(into: &received)
            else { return false }
            try session.receive(received, count: count, scratch: &plaintext) { _ in }
        }
        return true
    }
}
