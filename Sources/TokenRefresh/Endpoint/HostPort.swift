/// A host and, where it is not the scheme's own, a port; lower case, as it stands in a URL.
package struct HostPort: Hashable, Sendable, CustomStringConvertible {
    /// A DNS name, an IPv4 address, or an IPv6 address in brackets.
    package let host: String
    package let port: Int?

    package init(host: String, port: Int? = nil) {
        self.host = host
        self.port = port
    }

    /// - Parameters:
    ///   - text: `host`, `host:port` or `[address]:port`; user information is no part of it.
    ///   - defaultPort: dropped where it is written out, so that two spellings of one place are equal.
    /// - Returns: nil for what is no host.
    package init?(_ text: some StringProtocol, defaultPort: Int = 443) {
        let text = text.lowercased()
        var name = Substring(text)
        var rest: Substring = ""
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[...end]
            rest = text[text.index(after: end)...]
        } else if let colon = text.firstIndex(of: ":") {
            name = text[..<colon]
            rest = text[colon...]
        }
        guard Self.isName(name) || Self.isAddress(name) else { return nil }
        host = String(name)
        guard !rest.isEmpty else {
            port = nil
            return
        }
        let digits = rest.dropFirst()
        guard rest.hasPrefix(":"), (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(Self.isDigit),
            let number = Int(digits), (1...65535).contains(number)
        else { return nil }
        port = number == defaultPort ? nil : number
    }

    package var description: String { port.map { "\(host):\($0)" } ?? host }

    /// Whether it is this machine: the only place that may be spoken to without TLS.
    package var isLoopback: Bool {
        host == "localhost" || host == "[::1]" || (host.hasPrefix("127.") && host.utf8.allSatisfy { $0 < 0x3A })
    }

    /// RFC 1123 section 2.1.
    private static func isName(_ text: Substring) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last, label.count <= 63 else { return false }
            return isLetterOrDigit(first) && isLetterOrDigit(last)
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// RFC 3986 section 3.2.2, without checking the groups: whoever connects will.
    private static func isAddress(_ text: Substring) -> Bool {
        guard text.hasPrefix("["), text.hasSuffix("]"), (4...47).contains(text.utf8.count) else { return false }
        return text.dropFirst().dropLast().utf8.allSatisfy {
            isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) || $0 == UInt8(ascii: ":")
                || $0 == UInt8(ascii: ".")
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
