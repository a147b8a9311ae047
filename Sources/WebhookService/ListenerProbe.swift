internal import Platform
internal import ServiceLifecycle
internal import Synchronization
internal import TLSDial

/// Dials the webhook's own port and goes through a TLS handshake, as controller-runtime's StartedChecker does, so that
/// readiness means what the API server would see.
final class ListenerProbe: Service {
    /// Between two probes: a tenth of a percent of one core, and quicker than the kubelet's default of 10 s.
    private static let intervalMilliseconds: Int32 = 5_000

    /// A handshake over loopback takes under a millisecond; a loop that is this late is in trouble.
    private static let patienceMilliseconds: UInt64 = 1_000

    private let address: SocketAddress
    private let dial: CertificateDial
    private let reached = Atomic(false)
    private let wakeUp: WakeUp

    init(address: SocketAddress) throws {
        self.address = address
        dial = try CertificateDial(patienceMilliseconds: Self.patienceMilliseconds)
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
        (try? dial.blockingCertificates(of: address)) != nil
    }
}
