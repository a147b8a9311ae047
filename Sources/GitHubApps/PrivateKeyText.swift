internal import RawJSON

/// Undoes what happens to a private key on its way into a Secret: line ends of another system, line ends written as `\n`,
/// base64 around the whole, quotes, and line ends lost or turned into spaces.
package enum PrivateKeyText {
    /// An RSA key of 16384 bits has 13 KB of PEM; base64 around it makes it 18.
    package static let longest = 32 * 1024

    /// - Returns: the key as PEM with lines of 64 characters; nil if there is no PEM private key in the text. Whether it is
    ///   a key is for the signer to say.
    package static func normalised(_ text: [UInt8]) -> [UInt8]? {
        guard text.count <= longest else { return nil }
        if let pem = rewrapped(text) { return pem }
        let characters = text.filter { !isSpace($0) && $0 != UInt8(ascii: "\"") }
        guard let inner = Base64Alphabet.standard.decoded(characters.trimmingPadding) else { return nil }
        return rewrapped(inner)
    }

    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let dashes = Array("-----".utf8)
    private static let lineLength = 64

    /// Finds the first private key and lays its base64 out anew.
    private static func rewrapped(_ text: [UInt8]) -> [UInt8]? {
        var rest = unescaped(text)[...]
        while let start = rest.start(of: begin) {
            let afterBegin = rest[start...].dropFirst(begin.count)
            guard let labelEnd = afterBegin.start(of: dashes) else { return nil }
            let label = afterBegin[..<labelEnd]
            let body = afterBegin[labelEnd...].dropFirst(dashes.count)
            guard let stop = body.start(of: end) else { return nil }
            if label.ends(with: "PRIVATE KEY") { return block(label, body[..<stop]) }
            rest = body[stop...].dropFirst(end.count)
        }
        return nil
    }

    private static func block(_ label: ArraySlice<UInt8>, _ body: ArraySlice<UInt8>) -> [UInt8] {
        // The headers of an encrypted key have colons and commas. It is handed on as it is, for the signer to say so.
        if body.contains(UInt8(ascii: ":")) { return begin + label + dashes + body + end + label + dashes + [0x0A] }
        var pem = begin + label + dashes
        var column = 0
        for byte in body where !isSpace(byte) {
            if column % lineLength == 0 { pem.append(0x0A) }
            pem.append(byte)
            column += 1
        }
        return pem + [0x0A] + end + label + dashes + [0x0A]
    }

    /// `\n`, `\r` and `\t` as two characters become a line end.
    private static func unescaped(_ text: [UInt8]) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var place = 0
        while place < text.count {
            if text[place] == UInt8(ascii: "\\"), place + 1 < text.count,
                [UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t")].contains(text[place + 1])
            {
                plain.append(0x0A)
                place += 2
            } else {
                plain.append(text[place])
                place += 1
            }
        }
        return plain
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

extension ArraySlice<UInt8> {
    fileprivate func start(of pattern: [UInt8]) -> Int? {
        guard count >= pattern.count else { return nil }
        return (startIndex...(endIndex - pattern.count)).first { self[$0...].starts(with: pattern) }
    }

    fileprivate func ends(with text: String) -> Bool {
        suffix(text.utf8.count).elementsEqual(text.utf8)
    }
}

extension [UInt8] {
    fileprivate var trimmingPadding: ArraySlice<UInt8> {
        var text = self[...]
        while text.last == UInt8(ascii: "=") { text.removeLast() }
        return text
    }
}
