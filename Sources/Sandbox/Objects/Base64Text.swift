internal import RawJSON

/// Base64 in both alphabets (RFC 4648 sections 4 and 5).
package enum Base64Text {
    package static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.append(base64: bytes)
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for text that is not of the standard alphabet with padding.
    package static func decoded(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 4 == 0 else { return nil }
        let body = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        guard text.utf8.count - body.count <= 2, text.utf8.dropFirst(body.count).allSatisfy({ $0 == 0x3D }) else {
            return nil
        }
        return bytes(Array(body), isURL: false)
    }

    /// The alphabet of URLs without padding, as JSON Web Tokens use it (RFC 7515 section 2).
    package static func decodedURL(_ text: some StringProtocol) -> [UInt8]? {
        bytes(Array(text.utf8), isURL: true)
    }

    private static func bytes(_ text: [UInt8], isURL: Bool) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3 + 2)
        var group: UInt32 = 0
        var bits = 0
        for byte in text {
            guard let value = value(byte, isURL: isURL) else { return nil }
            group = group << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
            }
        }
        return result
    }

    private static func value(_ byte: UInt8, isURL: Bool) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte) - 0x41
        case 0x61...0x7A: UInt32(byte) - 0x61 + 26
        case 0x30...0x39: UInt32(byte) - 0x30 + 52
        case isURL ? 0x2D : 0x2B: 62
        case isURL ? 0x5F : 0x2F: 63
        default: nil
        }
    }
}
