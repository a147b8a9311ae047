/// Strings in YAML: plain where every reader agrees on them, as a block where they have lines, else in quotes.
enum YAMLText {
    /// A value at the end of a line. `indent` is where the lines of a block start.
    static func value(_ text: String, indent: Int) -> String {
        isBlock(text) ? block(text, indent: indent) : inline(text)
    }

    /// On one line: keys, and values that are no block.
    static func inline(_ text: String) -> String {
        if isPlain(text), !YAMLScalar.needsQuotes(text) { return text }
        // Single quotes spare the escapes of what holds JSON or a Windows path.
        if text.unicodeScalars.contains(where: { $0 == "\"" || $0 == "\\" }),
            text.unicodeScalars.allSatisfy(isPrintable)
        {
            return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        }
        return doubleQuoted(text)
    }

    private static func isPlain(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last, scalars.allSatisfy(isPrintable) else { return false }
        guard first != " ", last != " ", last != ":", !forbiddenAtStart.contains(first) else { return false }
        if opensStructure.contains(first) {
            guard let second = scalars.dropFirst().first, second != " " else { return false }
        }
        // A document marker would end the document where it stands at the start of a line.
        if text.hasPrefix("---") || text.hasPrefix("...") { return false }
        return zip(scalars, scalars.dropFirst()).allSatisfy { pair in
            pair != (":", " ") && pair != (" ", "#")
        }
    }

    /// Indicators of YAML 1.2 section 5.3 that cannot begin a plain scalar.
    private static let forbiddenAtStart: Set<Unicode.Scalar> = [
        ",", "[", "]", "{", "}", "#", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`", "=",
    ]

    /// Indicators that may begin one when no space follows.
    private static let opensStructure: Set<Unicode.Scalar> = ["-", "?", ":"]

    /// Printable on a line of its own in every version of YAML, without being a line break in any.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{20}"..."\u{7E}", "\u{A0}"..."\u{2027}", "\u{202A}"..."\u{D7FF}", "\u{E000}"..."\u{FEFE}",
            "\u{FF00}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
            true
        default: false
        }
    }

    /// A literal block keeps scripts readable. Its first line must show the indentation, its last one be visible.
    private static func isBlock(_ text: String) -> Bool {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1, let first = lines.first?.first, first != " ", first != "\t" else { return false }
        let lastVisible = lines.last { !$0.isEmpty }
        guard let lastVisible, lastVisible.contains(where: { $0 != " " && $0 != "\t" }) else { return false }
        return lines.allSatisfy { $0.allSatisfy { isPrintable($0) || $0 == "\t" } }
    }

    private static func block(_ text: String, indent: Int) -> String {
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let endings = lines.reversed().prefix { $0.isEmpty }.count
        let header =
            switch endings {
            case 0: "|-"
            case 1: "|"
            default: "|+"
            }
        // The last line break is the one that the document's own layout adds.
        if endings > 0 { lines.removeLast() }
        let margin = String(repeating: " ", count: indent)
        return header + lines.map { $0.isEmpty ? "\n" : "\n\(margin)\($0)" }.joined()
    }

    private static func doubleQuoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where isPrintable(scalar): quoted.unicodeScalars.append(scalar)
            default: quoted += escape(scalar)
            }
        }
        return quoted + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (letter, width) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
