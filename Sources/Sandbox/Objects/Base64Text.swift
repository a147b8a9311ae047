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
        return bytes(body, .standard)
    }

    /// The alphabet of URLs without padding, as JSON Web Tokens use it (RFC 7515 section 2).
    package static func decodedURL(_ text: some StringProtocol) -> [UInt8]? {
        bytes(text.utf8, .url)
    }

    /// One character over a multiple of four holds no whole byte.
    private static func bytes(_ text: some Collection<UInt8>, _ alphabet: Base64Alphabet) -> [UInt8]? {
        text.count % 4 == 1 ? nil : alphabet.decoded(text)
    }
}
