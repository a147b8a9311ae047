/// The status and the fields of an answer, gathered from the lines that libcurl hands over. Bounded.
struct AnswerHead {
    /// Field lines in all. GitHub's largest answers stay under 8 KiB.
    static let byteLimit = 64 * 1024
    /// Fields of one answer; GitHub sends about thirty.
    static let fieldLimit = 256

    private(set) var status = 0
    private(set) var fields: [(name: String, value: String)] = []
    /// Whether the empty line after the final answer's fields has come. What libcurl reports after it are trailers.
    private(set) var isComplete = false
    private var byteCount = 0

    /// Takes one line, its line end included. Lines after the head are dropped.
    ///
    /// - Returns: false when the head has become too large.
    mutating func add(_ line: [UInt8]) -> Bool {
        guard !isComplete else { return true }
        byteCount += line.count
        guard byteCount <= AnswerHead.byteLimit else { return false }
        let content = AnswerHead.trimmed(line[...])
        if content.isEmpty {
            // 1xx answers are interim (RFC 9110 section 15.2): the real one follows.
            isComplete = status >= 200
        } else if line.starts(with: "HTTP/".utf8) {
            status = AnswerHead.status(in: content)
            fields.removeAll(keepingCapacity: true)
        } else {
            addField(content, continuesPrevious: AnswerHead.isBlank(line[0]))
        }
        return fields.count <= AnswerHead.fieldLimit
    }

    private mutating func addField(_ line: ArraySlice<UInt8>, continuesPrevious: Bool) {
        if continuesPrevious, let last = fields.indices.last {
            // Obsolete line folding reads as one space (RFC 9112 section 5.2).
            fields[last].value += " " + String(decoding: line, as: UTF8.self)
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        let value = AnswerHead.trimmed(line[(colon + 1)...])
        fields.append((name, String(decoding: value, as: UTF8.self)))
    }

    /// The number after the protocol's name: `HTTP/1.1 200 OK` or `HTTP/2 200`.
    private static func status(in line: ArraySlice<UInt8>) -> Int {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count > 1, words[1].count == 3 else { return 0 }
        return Int(String(decoding: words[1], as: UTF8.self)) ?? 0
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return bytes[first...last]
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
}
