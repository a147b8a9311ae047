/// The value of a number, in a form that each value has once.
struct DecimalNumber: Equatable {
    /// Digits of an exponent that are read; a number with a longer one is equal only to itself.
    private static let longestExponent = 9

    private var isNegative = false
    /// Neither the first nor the last is zero; none for the number zero.
    private var digits: [UInt8] = []
    /// The power of ten that the digits, read as an integer, are multiplied by.
    private var exponent = 0

    /// - Parameter value: a number; nil for one whose exponent is out of any use.
    init?(_ value: JSONValue) {
        let literal = value.literal
        var at = 0
        if Self.byte(literal, at) == .minus {
            isNegative = true
            at += 1
        }
        var isFraction = false
        while at < literal.byteCount {
            let byte = Self.byte(literal, at)
            if byte.isDigit {
                if !digits.isEmpty || byte != 0x30 { digits.append(byte) }
                if isFraction { exponent -= 1 }
            } else if byte == UInt8(ascii: ".") {
                isFraction = true
            } else {
                break
            }
            at += 1
        }
        if at < literal.byteCount {
            guard let power = Self.power(literal, from: at + 1) else { return nil }
            exponent += power
        }
        while digits.last == 0x30 {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty { self = DecimalNumber() }
    }

    private init() {}

    /// What follows the `e`.
    private static func power(_ literal: RawSpan, from start: Int) -> Int? {
        var at = start
        let isNegative = byte(literal, at) == .minus
        if !byte(literal, at).isDigit { at += 1 }
        while at < literal.byteCount, byte(literal, at) == 0x30 { at += 1 }
        guard literal.byteCount - at <= longestExponent else { return nil }
        var power = 0
        while at < literal.byteCount {
            power = power * 10 + Int(byte(literal, at) &- 0x30)
            at += 1
        }
        return isNegative ? -power : power
    }

    private static func byte(_ literal: RawSpan, _ offset: Int) -> UInt8 {
        unsafe literal.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
