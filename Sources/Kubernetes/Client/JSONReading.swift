internal import RawJSON

extension JSONValue {
    /// The text of a member that is a string with something in it. The API leaves empty strings out.
    func text(_ key: StaticString) -> String? {
        guard let text = field(key)?.string, !text.isEmpty else { return nil }
        return text
    }
}

extension [UInt8] {
    /// Decodes base64 (RFC 4648 section 4), white space left out as people wrap it; nil for anything else.
    package init?(base64 text: String) {
        let characters = text.utf8.filter { ![0x09, 0x0A, 0x0D, 0x20].contains($0) }
        let body = characters.prefix { $0 != UInt8(ascii: "=") }
        let padding = characters[body.endIndex...]
        guard padding.allSatisfy({ $0 == UInt8(ascii: "=") }) else { return nil }
        switch (body.count % 4, padding.count) {
        case (0, 0), (2, 2), (3, 1): break
        default: return nil
        }
        guard let bytes = Base64Alphabet.standard.decoded(body) else { return nil }
        self = bytes
    }
}
