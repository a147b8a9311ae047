internal import Logging
internal import Settings

/// One log line, bounded in length, in the shape of controller-runtime's zap encoders.
struct LogLine {
    /// A write of at most this many bytes to a pipe is never mixed with another process's (pipe(7), PIPE_BUF), and
    /// container log files are fed from a pipe.
    static let longestLine = 4096
    /// Longest string in a line, in bytes of its own; an error text that is longer has lost its reader.
    static let longestString = 1024
    /// Room for the mark that says fields are missing, and for the line's end.
    private static let reserve = 24

    let time: LogTime
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: Logger.Metadata

    func encoded(_ encoding: LogEncoding, time timeEncoding: LogTimeEncoding) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        switch encoding {
        case .json: appendJSON(to: &line, timeEncoding)
        case .console: appendConsole(to: &line, timeEncoding)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private func appendJSON(to line: inout [UInt8], _ timeEncoding: LogTimeEncoding) {
        line += "{\"level\":\"\(level.zapName)\",\"ts\":\(time.json(timeEncoding))".utf8
        if !label.isEmpty {
            line += ",\"logger\":".utf8
            LogText.appendQuoted(label, limit: Self.longestString, to: &line)
        }
        line += ",\"msg\":".utf8
        LogText.appendQuoted(message, limit: Self.longestString, to: &line)
        appendFields(to: &line, separator: ",")
        line.append(UInt8(ascii: "}"))
    }

    private func appendConsole(to line: inout [UInt8], _ timeEncoding: LogTimeEncoding) {
        line += "\(time.plain(timeEncoding))\t\(level.zapName.uppercased())\t".utf8
        if !label.isEmpty {
            LogText.append(label, limit: Self.longestString, to: &line)
            line.append(UInt8(ascii: "\t"))
        }
        LogText.append(message, limit: Self.longestString, to: &line)
        guard !metadata.isEmpty else { return }
        line += "\t{".utf8
        appendFields(to: &line, separator: "")
        line.append(UInt8(ascii: "}"))
    }

    /// Appends the metadata sorted by key. A field that does not fit is left out and the line says so.
    private func appendFields(to line: inout [UInt8], separator first: String) {
        var separator = first
        var isTruncated = false
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let end = line.count
            line += separator.utf8
            // The line's own keys stay unique; a field of the same name steps aside.
            LogText.appendQuoted(
                Self.ownKeys.contains(key) ? "\(key)_" : key, limit: Self.longestString, to: &line)
            line.append(UInt8(ascii: ":"))
            LogValue.append(value, to: &line)
            if line.count > Self.longestLine - Self.reserve {
                line.removeSubrange(end...)
                isTruncated = true
            } else {
                separator = ","
            }
        }
        if isTruncated { line += "\(separator)\"truncated\":true".utf8 }
    }

    private static let ownKeys: Set<String> = ["level", "ts", "logger", "msg", "truncated"]
}

extension Logger.Level {
    /// zap's names. logr, and with it controller-runtime, knows info, debug and error only: trace joins debug, notice
    /// joins info, critical joins error. A warning keeps zap's own `warn`, which collectors understand.
    var zapName: String {
        switch self {
        case .trace, .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warn"
        case .error, .critical: "error"
        }
    }
}
