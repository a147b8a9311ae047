/// Writing JSON: appends to the bytes of a message that is being built.
extension [UInt8] {
    /// Appends text as it is.
    @inlinable
    package mutating func append(_ text: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a value exactly as it stands in its document.
    package mutating func append(_ value: JSONValue) {
        unsafe value.literal.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// Appends an integer in decimal.
    package mutating func append(decimal number: Int) {
        guard number.magnitude >= 10 || number < 0 else {
            append(0x30 + UInt8(number))
            return
        }
        append(contentsOf: String(number).utf8)
    }

    /// Appends a string in quotes, escaped as RFC 8259 section 7 demands and no further.
    package mutating func append(quoted text: StaticString) {
        append(.quote)
        unsafe appendEscaping(UnsafeRawPointer(text.utf8Start), count: text.utf8CodeUnitCount)
        append(.quote)
    }

    /// Appends a string in quotes, escaped as RFC 8259 section 7 demands and no further.
    package mutating func append(quoted text: String) {
        append(.quote)
        var text = text
        text.withUTF8 { utf8 in
            if let start = utf8.baseAddress { unsafe appendEscaping(UnsafeRawPointer(start), count: utf8.count) }
        }
        append(.quote)
    }

    /// Copies runs that need no escape whole.
    @unsafe
    private mutating func appendEscaping(_ start: UnsafeRawPointer, count: Int) {
        var copied = 0
        var place = 0
        while place < count {
            if count - place >= 8 {
                let word = unsafe start.word(at: place)
                let special = word.firstSpecialInString
                guard special != 0 else {
                    place += 8
                    continue
                }
                place += special.trailingZeroBitCount &>> 3
            }
            let byte = unsafe start[place]
            if byte == .quote || byte == .backslash || byte < 0x20 {
                unsafe append(contentsOf: UnsafeRawBufferPointer(start: start + copied, count: place - copied))
                appendEscape(of: byte)
                copied = place + 1
            }
            place += 1
        }
        unsafe append(contentsOf: UnsafeRawBufferPointer(start: start + copied, count: count - copied))
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(.backslash)
        switch byte {
        case .quote, .backslash: append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append("u00")
            append(0x30 + byte >> 4)
            append(byte & 15 < 10 ? 0x30 + byte & 15 : 0x57 + byte & 15)
        }
    }
}
