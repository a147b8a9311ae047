/// What a string says, as opposed to how it is written.
extension JSONValue {
    /// True for a string that says exactly this. Compares bytes; decodes only what has an escape.
    @inlinable
    package func isText(_ text: StaticString) -> Bool {
        let token = self.token
        guard !token.hasEscape else {
            return unsafe decodedEquals(UnsafeRawPointer(text.utf8Start), count: text.utf8CodeUnitCount)
        }
        // The difference is that of a string only if the value is one, so the lengths are compared first.
        guard Int(token.end) - token.offset == text.utf8CodeUnitCount + 2, !token.isContainer else { return false }
        return unsafe firstByte == .quote
            && sameBytes(base + token.offset + 1, UnsafeRawPointer(text.utf8Start), text.utf8CodeUnitCount)
    }

    /// True for a string that begins so.
    package func startsText(with prefix: StaticString) -> Bool {
        guard textBound >= prefix.utf8CodeUnitCount else { return false }
        return withText { text in
            unsafe text.withUnsafeBytes { bytes in
                guard bytes.count >= prefix.utf8CodeUnitCount, let start = bytes.baseAddress else { return false }
                return unsafe sameBytes(start, UnsafeRawPointer(prefix.utf8Start), prefix.utf8CodeUnitCount)
            }
        } ?? false
    }

    /// True for two strings that say the same.
    package func isText(of other: JSONValue) -> Bool {
        guard isString, other.isString else { return false }
        return other.withText { theirs in
            unsafe theirs.withUnsafeBytes { bytes in
                withText { ours in
                    guard ours.count == bytes.count else { return false }
                    guard let start = bytes.baseAddress else { return true }
                    return unsafe ours.withUnsafeBytes { mine in
                        guard let from = mine.baseAddress else { return true }
                        return unsafe sameBytes(from, start, bytes.count)
                    }
                } ?? false
            }
        } ?? false
    }

    /// Lends the text's UTF-8; nil if this is no string. Copies only what has an escape.
    package func withText<Result>(_ body: (Span<UInt8>) -> Result) -> Result? {
        guard isString else { return nil }
        if token.hasEscape {
            var text: [UInt8] = []
            appendText(to: &text)
            return body(text.span)
        }
        let range = self.range
        let start = unsafe (base + range.lowerBound + 1).assumingMemoryBound(to: UInt8.self)
        return unsafe body(Span(_unsafeStart: start, count: range.count - 2))
    }

    /// The text of a string, escapes decoded and lone surrogates as U+FFFD; nil if this is no string.
    package var string: String? {
        withText { text in
            unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Bytes between a string's quotes as written: an upper bound of its text's length. Zero if this is no string.
    package var textBound: Int { isString ? range.count - 2 : 0 }

    /// Appends a string's text; nothing if this is no string.
    package func appendText(to output: inout [UInt8]) {
        guard isString else { return }
        let range = self.range
        var from = range.lowerBound + 1
        let end = range.upperBound - 1
        guard token.hasEscape else {
            unsafe output.append(contentsOf: UnsafeRawBufferPointer(start: base + from, count: end - from))
            return
        }
        while from < end {
            let byte = unsafe base[from]
            if byte != .backslash {
                output.append(byte)
                from += 1
                continue
            }
            let letter = unsafe base[from + 1]
            if letter == UInt8(ascii: "u") {
                from = appendUnicodeEscape(at: from, before: end, to: &output)
                continue
            }
            switch letter {
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "t"): output.append(0x09)
            default: output.append(letter)
            }
            from += 2
        }
    }

    /// Decodes `\uXXXX`, or a surrogate pair of two, and returns where the text goes on.
    private func appendUnicodeEscape(at offset: Int, before end: Int, to output: inout [UInt8]) -> Int {
        let unit = codeUnit(at: offset + 2)
        var scalar = UInt32(unit)
        var next = offset + 6
        if UTF16.isLeadSurrogate(unit), end - next >= 6,
            unsafe base[next] == .backslash,
            unsafe base[next + 1] == UInt8(ascii: "u")
        {
            let second = codeUnit(at: next + 2)
            if UTF16.isTrailSurrogate(second) {
                scalar = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(second & 0x3FF))
                next += 6
            }
        }
        output.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
        return next
    }

    /// The four hexadecimal digits at `offset`, which the scanner has checked.
    private func codeUnit(at offset: Int) -> UInt16 {
        var unit: UInt16 = 0
        for place in offset..<offset + 4 {
            let digit = unsafe base[place].hexadecimalValue ?? 0
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    @unsafe @usableFromInline
    func decodedEquals(_ text: UnsafeRawPointer, count: Int) -> Bool {
        var decoded: [UInt8] = []
        appendText(to: &decoded)
        guard decoded.count == count else { return false }
        return unsafe decoded.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return true }
            return unsafe sameBytes(start, text, count)
        }
    }
}

/// Compares `count` bytes, by words that may overlap at the end.
@unsafe @inlinable @inline(__always)
func sameBytes(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 8 {
        var place = 0
        while place + 8 <= count {
            if unsafe left.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                != right.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            {
                return false
            }
            place += 8
        }
        return unsafe left.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            == right.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    }
    if count >= 4 {
        return unsafe left.loadUnaligned(as: UInt32.self) == right.loadUnaligned(as: UInt32.self)
            && left.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
                == right.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
    }
    for place in 0..<count {
        if unsafe left[place] != right[place] { return false }
    }
    return true
}
