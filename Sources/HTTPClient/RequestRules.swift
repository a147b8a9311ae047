internal import HTTPTransport

/// What a request may say, checked before libcurl sees it: libcurl sends methods and fields as they are.
enum RequestRules {
    /// Fields that describe the message or the connection (RFC 9110 sections 7.6.1, 8.6 and 10.1.1): libcurl writes them.
    private static let reserved: Set<String> = [
        "connection", "content-length", "expect", "keep-alive", "proxy-authorization", "proxy-connection", "te",
        "transfer-encoding", "upgrade",
    ]

    /// - Throws: `.invalidRequest` naming the rule, and of the fields the name at most.
    static func check(_ request: OutgoingRequest) throws(TransportError) {
        guard isToken(request.method) else { throw TransportError(.invalidRequest, "the method is not a token") }
        for field in request.fields {
            guard isToken(field.name) else { throw TransportError(.invalidRequest, "a field's name is not a token") }
            guard !reserved.contains(field.name.lowercased()) else {
                throw TransportError(.invalidRequest, "the field \(field.name) is the transport's own")
            }
            guard field.value.utf8.allSatisfy(isFieldByte) else {
                throw TransportError(.invalidRequest, "the value of the field \(field.name) has a control character")
            }
        }
    }

    /// RFC 9110 section 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// RFC 9110 section 5.5.
    private static func isFieldByte(_ byte: UInt8) -> Bool {
        byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
    }
}
