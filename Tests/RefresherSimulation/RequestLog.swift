import Sandbox
import Synchronization

/// Every request that a process sent, whether it arrived or not.
package struct LoggedRequest: Sendable, CustomStringConvertible {
    /// When it was sent.
    package let time: Duration
    /// The process that sent it.
    package let client: String
    package let host: String
    package let method: String
    /// Without the query.
    package let path: String
    package let isWatch: Bool
    /// Nil while there is no answer, and zero for one that comes later, if ever.
    package fileprivate(set) var status: UInt16?

    package var isMint: Bool { method == "POST" && path.hasSuffix("/access_tokens") }

    package var description: String {
        let seconds = Double(time / .milliseconds(1)) / 1000
        return "\(seconds) \(client) \(method) \(host)\(path) \(status.map { "\($0)" } ?? "-")"
    }
}

package final class RequestLog: Sendable {
    private let entries = Mutex<[LoggedRequest]>([])

    package init() {}

    package var all: [LoggedRequest] { entries.withLock { $0 } }

    /// - Parameter interval: from the first moment to before the last.
    package func requests(
        in interval: Range<Duration>? = nil, where isMeant: (LoggedRequest) -> Bool = { _ in true }
    ) -> [LoggedRequest] {
        all.filter { (interval?.contains($0.time) ?? true) && isMeant($0) }
    }

    /// The most requests in any window of that length.
    package func mostRequests(within window: Duration, where isMeant: (LoggedRequest) -> Bool) -> Int {
        let times = all.filter(isMeant).map(\.time)
        var most = 0
        var first = 0
        for (last, time) in times.enumerated() {
            while time - times[first] >= window { first += 1 }
            most = max(most, last - first + 1)
        }
        return most
    }

    /// - Returns: its place, for `answered`.
    func sent(client: String, host: String, _ request: SandboxRequest, at time: Duration) -> Int {
        let request = LoggedRequest(
            time: time, client: client, host: host, method: request.method, path: request.path,
            isWatch: request.isWatch)
        return entries.withLock { entries in
            entries.append(request)
            return entries.count - 1
        }
    }

    func answered(_ place: Int, status: UInt16) { entries.withLock { $0[place].status = status } }
}
