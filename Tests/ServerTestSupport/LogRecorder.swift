internal import Foundation
package import Logging

/// Keeps what is logged, and lets a test wait for it.
///
/// `@unchecked Sendable`: the condition guards the list.
package final class LogRecorder: @unchecked Sendable {
    private let condition = NSCondition()
    private var lines: [String] = []

    package init() {}

    package var logger: Logger {
        Logger(label: "test") { _ in RecordingHandler(recorder: self) }
    }

    func note(_ line: String) {
        condition.lock()
        lines.append(line)
        condition.broadcast()
        condition.unlock()
    }

    /// All lines so far: `level: message key=value`, keys in order.
    package var all: [String] {
        condition.lock()
        defer { condition.unlock() }
        return lines
    }

    package func count(_ start: String) -> Int {
        condition.lock()
        defer { condition.unlock() }
        return lines.count { $0.hasPrefix(start) }
    }

    /// Waits for lines that begin so. Blocks its thread. False when that takes longer than only a hang would.
    package func wait(for start: String, times: Int = 1) -> Bool {
        let limit = Patience.date()
        condition.lock()
        defer { condition.unlock() }
        while lines.count(where: { $0.hasPrefix(start) }) < times {
            guard condition.wait(until: limit) else { return false }
        }
        return true
    }
}

private struct RecordingHandler: LogHandler {
    let recorder: LogRecorder
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        recorder.note("\(event.level): \(event.message)\(fields)")
    }
}
