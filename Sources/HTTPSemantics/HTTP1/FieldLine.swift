/// Where name and value of one field line are (RFC 9112 section 5): `name ":" OWS value OWS`, no space before the colon.
struct FieldLine {
    let name: Range<Int>
    let value: Range<Int>

    /// - Parameter line: the line without its CRLF, not empty.
    init(_ line: Span<UInt8>) throws(RequestRefusal) {
        if line[0].isOptionalSpace { throw .foldedField }
        var colon = 0
        while colon < line.count, line[colon].isTokenByte { colon += 1 }
        guard colon > 0, colon < line.count, line[colon] == UInt8(ascii: ":") else { throw .badFieldLine }

        var start = colon + 1
        var end = line.count
        while start < end, line[start].isOptionalSpace { start += 1 }
        while end > start, line[end - 1].isOptionalSpace { end -= 1 }
        for index in start..<end where !line[index].isFieldValueByte { throw .badFieldLine }

        name = 0..<colon
        value = start..<end
    }
}
