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
            if isPlain(scalar.value) {
                line.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                append(scalar, to: &line)
            }
        }
    }

    /// Printable ASCII that no encoding escapes: nearly all there is.
    private static func isPlain(_ value: UInt32) -> Bool {
        value >= 0x20 && value < 0x7F && value != 0x22 && value != 0x5C
    }

    private static func append(_ scalar: Unicode.Scalar, to line: inout [UInt8]) {
        switch scalar {
        case "\"": line += "\\\"".utf8
        case "\\": line += "\\\\".utf8
        case "\n": line += "\\n".utf8
        case "\r": line += "\\r".utf8
        case "\t": line += "\\t".utf8
        default:
            if isVisible(scalar) {
                line += UTF8.encode(scalar).map(Array.init) ?? []
            } else {
                escape(scalar, to: &line)
            }
        }
    }

    /// What breaks a line, colours a terminal, or reorders and hides its neighbours is not visible.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .surrogate,
            .unassigned:
            false
        default: true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar, to line: inout [UInt8]) {
        for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
            let digits = String(unit, radix: 16)
            line += "\\u".utf8
            line += String(repeating: "0", count: 4 - digits.utf8.count).utf8
            line += digits.utf8
        }
    }
}
