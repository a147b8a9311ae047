/// The alphabets of base64 (RFC 4648 sections 4 and 5).
package enum Base64Alphabet: Sendable {
    case standard
    /// With `-` and `_`, for URLs and JSON Web Tokens.
    case url

    /// The bytes that the characters stand for; bits left over at the end are dropped. Padding and white space are the
    /// caller's to judge and to leave out.
    ///
    /// - Returns: nil for a character that is not of the alphabet.
    package func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var group: UInt32 = 0
        var bits = 0
        for character in text {
            guard let value = value(of: character) else { return nil }
            group = group << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
            }
        }
        return bytes
    }

    private func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case self == .url ? UInt8(ascii: "-") : UInt8(ascii: "+"): 62
        case self == .url ? UInt8(ascii: "_") : UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
