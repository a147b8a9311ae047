internal import COpenSSL

/// A name that a server's certificate is for, checked so that it can be nothing else: OpenSSL's text form of several names
/// has commas between them.
package struct SubjectName: Hashable, Sendable {
    /// As `subjectAltName` takes it: `DNS:localhost`, `IP:127.0.0.1`.
    let text: String

    /// - Parameter host: a DNS name without wildcards, or an IP address without brackets. Nil for anything else.
    package init?(host: String) {
        defer { ERR_clear_error() }
        if let address = unsafe a2i_IPADDRESS(host) {
            unsafe ASN1_STRING_free(address)
            text = "IP:" + host
        } else if Self.isDNSName(host) {
            text = "DNS:" + host
        } else {
            return nil
        }
    }

    /// RFC 1123 section 2.1.
    private static func isDNSName(_ host: String) -> Bool {
        let (longestName, longestLabel) = (253, 63)
        guard host.utf8.count <= longestName else { return false }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...longestLabel).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                        || byte == UInt8(ascii: "-")
                }
        }
    }
}
