/// What the fields of one request say about the message itself: its length, its host and the fate of its connection.
struct RequestFraming {
    private(set) var contentLength: Int?
    private(set) var hasTransferEncoding = false
    private(set) var hostCount = 0
    private(set) var closes = false
    private(set) var expectsContinue = false
    private(set) var hasUnknownExpectation = false

    /// Takes note of one field. Fields that say nothing about the message cost one look at their length.
    mutating func note(name: Span<UInt8>, value: Span<UInt8>) throws(RequestRefusal) {
        switch name.count {
        case 4 where ("host" as StaticString).equalsLowered(name):
            hostCount += 1
            guard hostCount == 1, HostValue.isValid(value) else { throw .badHost }
        case 6 where ("expect" as StaticString).equalsLowered(name):
            if ("100-continue" as StaticString).equalsLowered(value) {
                expectsContinue = true
            } else {
                hasUnknownExpectation = true
            }
        case 10 where ("connection" as StaticString).equalsLowered(name):
            noteConnection(value)
        case 14 where ("content-length" as StaticString).equalsLowered(name):
            guard contentLength == nil, let length = Int(plainDigits: value) else { throw .badContentLength }
            contentLength = length
        case 17 where ("transfer-encoding" as StaticString).equalsLowered(name):
            hasTransferEncoding = true
        default:
            break
        }
    }

    /// What can only be judged when the last field is there, so that the order of the fields changes nothing.
    func verify(isHTTP10: Bool) throws(RequestRefusal) {
        if hasTransferEncoding {
            // RFC 9112 section 6.1: with a length, or in HTTP/1.0, this is how requests are smuggled.
            throw contentLength != nil || isHTTP10 ? .lengthAndTransferCoding : .transferCoding
        }
        guard isHTTP10 || hostCount == 1 else { throw .badHost }
    }

    /// How many body bytes follow the head (RFC 9112 section 6.3, without transfer codings).
    func bodyLength(method: HTTPMethod, isHTTP10: Bool, limit: Int) throws(RequestRefusal) -> Int {
        if hasUnknownExpectation, !isHTTP10 { throw .unknownExpectation }
        guard let contentLength else {
            if method.needsLength { throw .lengthRequired }
            return 0
        }
        guard contentLength <= limit else { throw .bodyTooLarge }
        return contentLength
    }

    private mutating func noteConnection(_ list: Span<UInt8>) {
        var start = 0
        while start < list.count {
            var end = start
            while end < list.count, list[end] != UInt8(ascii: ",") { end += 1 }
            var (first, last) = (start, end)
            while first < last, list[first].isOptionalSpace { first += 1 }
            while last > first, list[last - 1].isOptionalSpace { last -= 1 }
            if ("close" as StaticString).equalsLowered(list.extracting(first..<last)) { closes = true }
            start = end + 1
        }
    }
}
