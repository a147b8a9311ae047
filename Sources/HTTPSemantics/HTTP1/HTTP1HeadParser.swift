/// Reads request heads line by line, wherever the reads of the socket split them.
///
/// A line is judged when its LF has come, so every way to split the same bytes ends the same. Complete lines go straight
/// into the `RequestHead`; only a line that the read cut in two is kept here.
struct HTTP1HeadParser: ~Copyable {
    /// What the bytes fed so far amount to.
    enum Progress {
        /// Nothing yet, or the one empty line that RFC 9112 section 2.2 asks a server to skip.
        case nothing
        case partial
        case complete
    }

    private(set) var head = RequestHead()
    private(set) var framing = RequestFraming()
    private(set) var isHTTP10 = false

    private let limits: HTTPLimits
    private var cutLine: [UInt8] = []
    private var hasRequestLine = false
    private var hasSkippedEmptyLine = false
    private var fieldBytes = 0

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Empties everything for the next request and keeps the storage.
    mutating func reset() {
        head.reset()
        framing = RequestFraming()
        isHTTP10 = false
        cutLine.removeAll(keepingCapacity: true)
        hasRequestLine = false
        hasSkippedEmptyLine = false
        fieldBytes = 0
    }

    /// Reads from `position` on and moves it behind what was used: everything, or the head's last byte.
    mutating func read(_ input: Span<UInt8>, from position: inout Int) throws(RequestRefusal) -> Progress {
        while position < input.count {
            if !hasRequestLine, cutLine.isEmpty { try checkFirstByte(input[position]) }
            let start = position
            var end = start
            while end < input.count, input[end] != UInt8(ascii: "\n") { end += 1 }
            position = min(end + 1, input.count)
            try count(position - start)

            if end == input.count {
                cutLine.append(input.extracting(start..<end))
                return .partial
            }
            let isLast: Bool
            if cutLine.isEmpty {
                isLast = try take(input.extracting(start..<end))
            } else {
                cutLine.append(input.extracting(start..<end))
                // Moved out and back: the line is read while the parser changes.
                var line: [UInt8] = []
                swap(&line, &cutLine)
                isLast = try take(line.span)
                line.removeAll(keepingCapacity: true)
                swap(&line, &cutLine)
            }
            if isLast { return .complete }
        }
        return hasRequestLine || !cutLine.isEmpty ? .partial : .nothing
    }

    /// Noise (a TLS hello on a plain port, say) is told from a request by its first byte, without waiting for a line's end.
    private func checkFirstByte(_ byte: UInt8) throws(RequestRefusal) {
        if byte == UInt8(ascii: "\r"), !hasSkippedEmptyLine { return }
        guard byte.isTokenByte else { throw .badRequestLine }
    }

    private mutating func count(_ bytes: Int) throws(RequestRefusal) {
        if hasRequestLine {
            fieldBytes += bytes
            guard fieldBytes <= limits.fieldBytes else { throw .fieldsTooLarge }
        } else {
            guard cutLine.count + bytes <= limits.requestLineBytes else { throw .requestLineTooLong }
        }
    }

    /// Takes a line with its CR and without its LF. True when it was the empty line that ends a head.
    private mutating func take(_ bytes: Span<UInt8>) throws(RequestRefusal) -> Bool {
        guard bytes.count > 0, bytes[bytes.count - 1] == UInt8(ascii: "\r") else { throw .badLineEnd }
        let line = bytes.extracting(0..<(bytes.count - 1))
        guard hasRequestLine else {
            if line.count == 0 {
                hasSkippedEmptyLine = true
            } else {
                try takeRequestLine(line)
            }
            return false
        }
        if line.count == 0 {
            try framing.verify(isHTTP10: isHTTP10)
            return true
        }
        guard head.fieldCount < limits.fieldCount else { throw .tooManyFields }
        let field = try FieldLine(line)
        let (name, value) = (line.extracting(field.name), line.extracting(field.value))
        try framing.note(name: name, value: value)
        head.addField(name: name, value: value)
        return false
    }

    private mutating func takeRequestLine(_ line: Span<UInt8>) throws(RequestRefusal) {
        let parsed = try RequestLine(line)
        head.setMethod(parsed.method)
        if parsed.targetIsRoot {
            head.setTarget([UInt8(ascii: "/")].span)
        } else {
            head.setTarget(line.extracting(parsed.target))
        }
        isHTTP10 = parsed.isHTTP10
        hasRequestLine = true
    }
}
