import Foundation
package import HTTPServer
import TLS

/// Keeps what a server reports, and lets a test wait for it.
///
/// `@unchecked Sendable`: the condition guards the list.
package final class EventRecorder: ServerObserver, @unchecked Sendable {
    private let condition = NSCondition()
    private var events: [String] = []

    package init() {}

    package func observe(_ event: ServerEvent) { note(EventRecorder.name(event)) }

    package func note(_ name: String) {
        condition.lock()
        events.append(name)
        condition.broadcast()
        condition.unlock()
    }

    package var names: [String] {
        condition.lock()
        defer { condition.unlock() }
        return events
    }

    package func count(_ name: String) -> Int { names.count { $0 == name } }

    /// Waits until `name` was reported `times` times. Blocks its thread.
    ///
    /// - Returns: false when that does not happen in a time that only a hang needs.
    package func wait(for name: String, times: Int = 1) -> Bool {
        let limit = Patience.date()
        condition.lock()
        defer { condition.unlock() }
        while events.count(where: { $0 == name }) < times {
            guard condition.wait(until: limit) else { return false }
        }
        return true
    }

    private static func name(_ event: ServerEvent) -> String {
        switch event {
        case .accepted: "accepted"
        case .shed: "shed"
        case .evicted: "evicted"
        case .closed: "closed"
        case .negotiated(.http1): "http/1.1"
        case .negotiated(.http2): "h2"
        case .handshakeFailed(let error): "handshake failed: \(error)"
        case .sessionFailed(let error): "session failed: \(error)"
        case .deadlinePassed(let kind): "deadline: \(kind.rawValue)"
        case .acceptPaused: "paused"
        case .acceptResumed: "resumed"
        }
    }
}
