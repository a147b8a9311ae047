extension UInt8 {
    @inlinable package static var quote: UInt8 { 0x22 }
    @inlinable package static var backslash: UInt8 { 0x5C }
    @inlinable static var openBrace: UInt8 { 0x7B }
    @inlinable static var closeBrace: UInt8 { 0x7D }
    @inlinable static var openBracket: UInt8 { 0x5B }
    @inlinable static var closeBracket: UInt8 { 0x5D }
    @inlinable static var colon: UInt8 { 0x3A }
    @inlinable static var comma: UInt8 { 0x2C }
    @inlinable static var minus: UInt8 { 0x2D }
    @inlinable static var space: UInt8 { 0x20 }

    /// RFC 8259 section 2: space, tab, line feed, carriage return.
    @inlinable var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }

    @inlinable package var isDigit: Bool { self &- 0x30 < 10 }

    /// The value of a hexadecimal digit.
    @inlinable var hexadecimalValue: UInt8? {
        if isDigit { return self &- 0x30 }
        let letter = self | 0x20
        return letter &- 0x61 < 6 ? letter &- 0x61 + 10 : nil
    }
}

extension UInt64 {
    /// The byte in each of the eight places.
    @inlinable
    static func eight(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Marks, in the high bit of its place, the first byte that is a quote, a backslash, a control character or not ASCII.
    /// Places above the first mark may be marked wrongly: a subtraction borrows from them.
    @inlinable var firstSpecialInString: UInt64 {
        let quotes = (self ^ .eight(.quote)) &- .eight(1)
        let backslashes = (self ^ .eight(.backslash)) &- .eight(1)
        let controls = self &- .eight(0x20)
        return (quotes | backslashes | controls | self) & .eight(0x80)
    }
}
