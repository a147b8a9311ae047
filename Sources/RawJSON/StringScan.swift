/// Finds a string's end, checking every byte between the quotes.
enum StringScan {
    /// - Parameter at: at the opening quote; afterwards past the closing one.
    @unsafe @inline(__always)
    static func scan(_ at: inout Int, _ base: UnsafeRawPointer, _ count: Int) throws(RawJSONError) -> JSONToken {
        var start = UInt32(truncatingIfNeeded: at)
        var place = at &+ 1
        while true {
            while place &+ 8 <= count {
                let special = unsafe base.word(at: place).firstSpecialInString
                if special != 0 {
                    place &+= special.trailingZeroBitCount &>> 3
                    break
                }
                place &+= 8
            }
            guard place < count else { throw RawJSONError(.unexpectedEnd, at: count) }
            let byte = unsafe base[place]
            if byte == .quote {
                at = place &+ 1
                return JSONToken(start: start, end: UInt32(truncatingIfNeeded: at))
            }
            if byte == .backslash {
                start |= JSONToken.escapeFlag
                place = try unsafe endOfEscape(from: place, base, count)
            } else if byte >= 0x80 {
                place = try unsafe endOfMultibyte(from: place, base, count)
            } else if byte < 0x20 {
                throw RawJSONError(.controlCharacter, at: place)
            } else {
                place &+= 1
            }
        }
    }

    /// RFC 8259 section 7.
    @inline(__always)
    private static func endOfEscape(
        from place: Int, _ base: UnsafeRawPointer, _ count: Int
    ) throws(RawJSONError) -> Int {
        guard place &+ 2 <= count else { throw RawJSONError(.unexpectedEnd, at: count) }
        let letter = unsafe base[place &+ 1]
        if letter == .quote || letter == .backslash { return place &+ 2 }
        return try unsafe endOfRareEscape(letter, from: place, base, count)
    }

    @inline(never)
    private static func endOfRareEscape(
        _ letter: UInt8, from place: Int, _ base: UnsafeRawPointer, _ count: Int
    ) throws(RawJSONError) -> Int {
        switch letter {
        case UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
            UInt8(ascii: "t"):
            return place + 2
        case UInt8(ascii: "u"):
            for digit in place + 2..<place + 6 {
                guard digit < count else { throw RawJSONError(.unexpectedEnd, at: count) }
                guard unsafe base[digit].hexadecimalValue != nil else {
                    throw RawJSONError(.invalidUnicodeEscape, at: digit)
                }
            }
            return place + 6
        default:
            throw RawJSONError(.invalidEscape, at: place + 1)
        }
    }

    /// One or more well-formed sequences of two to four bytes (Unicode 15, table 3-7).
    @inline(never)
    private static func endOfMultibyte(
        from start: Int, _ base: UnsafeRawPointer, _ count: Int
    ) throws(RawJSONError) -> Int {
        var place = start
        while place < count {
            let lead = unsafe base[place]
            if lead < 0x80 { break }
            let length: Int
            var second: ClosedRange<UInt8> = 0x80...0xBF
            switch lead {
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: length = 4
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            default: throw RawJSONError(.invalidUTF8, at: place)
            }
            for offset in 1..<length {
                guard place + offset < count else { throw RawJSONError(.unexpectedEnd, at: count) }
                let byte = unsafe base[place + offset]
                guard offset == 1 ? second.contains(byte) : byte & 0xC0 == 0x80 else {
                    throw RawJSONError(.invalidUTF8, at: place)
                }
            }
            place += length
        }
        return place
    }
}
