/// The six kinds of RFC 8259 section 3, with the two booleans as one.
package enum JSONKind: Sendable {
    case object
    case array
    case string
    case number
    case boolean
    case null
}

/// A view of one value inside a document: a position in the index and in the bytes. Copying it copies three words.
///
/// The bytes have been checked when a view exists, so nothing here can fail for bad input; what is of another kind than
/// asked for gives nil.
@safe
package struct JSONValue: ~Escapable {
    @usableFromInline let base: UnsafeRawPointer
    @usableFromInline let tokens: UnsafePointer<JSONToken>
    @usableFromInline let position: Int

    /// The caller states with `_overrideLifetime` what the pointers depend on.
    @unsafe @inlinable
    @_lifetime(immortal)
    init(base: UnsafeRawPointer, tokens: UnsafePointer<JSONToken>, position: Int) {
        unsafe self.base = base
        unsafe self.tokens = tokens
        self.position = position
    }

    @inlinable var token: JSONToken { unsafe tokens[position] }

    @inlinable var firstByte: UInt8 { unsafe base[token.offset] }

    /// The value at another position of the same document.
    @inlinable
    @_lifetime(copy self)
    func at(_ other: Int) -> JSONValue {
        unsafe _overrideLifetime(JSONValue(base: base, tokens: tokens, position: other), copying: self)
    }

    /// Position of what follows this value.
    @inlinable var following: Int {
        let token = self.token
        return token.isContainer ? Int(token.end) + 1 : position + 1
    }

    package var kind: JSONKind {
        switch firstByte {
        case .openBrace: .object
        case .openBracket: .array
        case .quote: .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    @inlinable package var isObject: Bool { token.isObject }
    @inlinable package var isArray: Bool { token.isArray }
    @inlinable package var isString: Bool { firstByte == .quote }
    @inlinable package var isNull: Bool { firstByte == UInt8(ascii: "n") }

    /// Offsets of the value's bytes in the document, quotes and brackets included.
    @inlinable package var range: Range<Int> {
        let token = self.token
        let end = unsafe token.isContainer ? tokens[Int(token.end)].end : token.end
        return token.offset..<Int(end)
    }

    package var bool: Bool? {
        switch firstByte {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// A number written as an integer of at most 18 digits; nil for any other number, `1e3` and `1.0` too.
    package var integer: Int? {
        let range = self.range
        let negative = firstByte == .minus
        let digits = negative ? range.lowerBound + 1 : range.lowerBound
        guard range.upperBound - digits <= 18 else { return nil }
        var value = 0
        for offset in digits..<range.upperBound {
            let byte = unsafe base[offset]
            guard byte.isDigit else { return nil }
            value = value * 10 + Int(byte &- 0x30)
        }
        return negative ? -value : value
    }

    /// The value's bytes as they stand in the document.
    package var literal: RawSpan {
        @_lifetime(copy self)
        get {
            let range = self.range
            let bytes = unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
            return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), copying: self)
        }
    }
}
