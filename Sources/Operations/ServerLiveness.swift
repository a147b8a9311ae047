package import HTTPServer
internal import Platform
internal import Synchronization

/// Whether a server's event loops still turn.
package final class ServerLiveness: Sendable {
    /// How long an event loop may leave a sign of life unanswered before the process counts as stuck.
    private static let patienceNanoseconds: UInt64 = 30_000_000_000

    private let server: HTTPServer
    private let lastSign: Atomic<UInt64>

    package init(_ server: HTTPServer) {
        self.server = server
        lastSign = Atomic(MonotonicTime.now().nanoseconds)
    }

    /// Asks for the next sign of life, and tells whether the last one is recent enough.
    package var isAlive: Bool {
        let now = MonotonicTime.now().nanoseconds
        if server.ping() { lastSign.store(now, ordering: .relaxed) }
        return now - min(now, lastSign.load(ordering: .relaxed)) < Self.patienceNanoseconds
    }
}
