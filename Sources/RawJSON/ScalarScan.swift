/// Finds the end of a number, `true`, `false` or `null`.
enum ScalarScan {
    /// - Parameters:
    ///   - first: the byte at `start`.
    ///   - start: below `count`.
    /// - Returns: the offset past the last byte.
    @unsafe
    static func end(
        of first: UInt8, from start: Int, _ base: UnsafeRawPointer, _ count: Int
    ) throws(RawJSONError) -> Int {
        switch first {
        case UInt8(ascii: "t"): try unsafe end(of: "true", from: start, base, count)
        case UInt8(ascii: "f"): try unsafe end(of: "false", from: start, base, count)
        case UInt8(ascii: "n"): try unsafe end(of: "null", from: start, base, count)
        case .minus, UInt8(ascii: "0")...UInt8(ascii: "9"): try unsafe endOfNumber(from: start, base, count)
        case 0xEF where start == 0: throw RawJSONError(.byteOrderMark, at: 0)
        default: throw RawJSONError(.expectedValue, at: start)
        }
    }

    @inline(__always)
    private static func end(
        of word: StaticString, from start: Int, _ base: UnsafeRawPointer, _ count: Int
    ) throws(RawJSONError) -> Int {
        for offset in 0..<word.utf8CodeUnitCount {
            guard start + offset < count else { throw RawJSONError(.unexpectedEnd, at: count) }
            guard unsafe base[start + offset] == word.utf8Start[offset] else {
                throw RawJSONError(.invalidLiteral, at: start + offset)
            }
        }
        return start + word.utf8CodeUnitCount
    }

    /// RFC 8259 section 6. What follows the number is the caller's business, so `01` fails there.
    private static func endOfNumber(
        from start: Int, _ base: UnsafeRawPointer, _ count: Int
    ) throws(RawJSONError) -> Int {
        var at = start
        if unsafe base[at] == .minus { at += 1 }
        if at < count, unsafe base[at] == UInt8(ascii: "0") {
            at += 1
        } else {
            at = try unsafe endOfDigits(from: at, base, count)
        }
        if at < count, unsafe base[at] == UInt8(ascii: ".") {
            at = try unsafe endOfDigits(from: at + 1, base, count)
        }
        if at < count, unsafe base[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < count, unsafe base[at] == .minus || base[at] == UInt8(ascii: "+") { at += 1 }
            at = try unsafe endOfDigits(from: at, base, count)
        }
        return at
    }

    /// At least one digit.
    @inline(__always)
    private static func endOfDigits(
        from start: Int, _ base: UnsafeRawPointer, _ count: Int
    ) throws(RawJSONError) -> Int {
        guard start < count else { throw RawJSONError(.unexpectedEnd, at: count) }
        guard unsafe base[start].isDigit else { throw RawJSONError(.invalidNumber, at: start) }
        var at = start + 1
        while at < count, unsafe base[at].isDigit { at += 1 }
        return at
    }
}
