/// Writes strings into log lines: JSON escapes (RFC 8259 section 7), and a bound on what one value may take.
enum LogText {
    /// Appends `text` in quotes, cut after `limit` bytes of its own at a character's border, with an ellipsis then.
    static func appendQuoted(_ text: String, limit: Int, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        append(text, limit: limit, to: &line)
        line.append(UInt8(ascii: "\""))
    }

    /// The same without quotes: control characters stay escaped, so that a value cannot start a line of its own.
    static func append(_ text: String, limit: Int, to line: inout [UInt8]) {
        var used = 0
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            guard used + width <= limit else {
                line += "...".utf8
                return
            }
            used += width
            append(scalar, to: &line)
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to line: inout [UInt8]) {
        switch scalar {
        case "\"": line += "\\\"".utf8
        case "\\": line += "\\\\".utf8
        case "\n": line += "\\n".utf8
        case "\r": line += "\\r".utf8
        case "\t": line += "\\t".utf8
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
            let digits = String(scalar.value, radix: 16)
            line += "\\u".utf8
            line += String(repeating: "0", count: 4 - digits.utf8.count).utf8
            line += digits.utf8
        default: line += UTF8.encode(scalar).map(Array.init) ?? []
        }
    }
}
