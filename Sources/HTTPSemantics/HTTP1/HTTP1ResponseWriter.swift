// How an answer looks on the wire (RFC 9112 section 4). There is no Date field: an engine has no clock, and RFC 9110
// section 6.6.1 lets a server without one leave it out.

extension [UInt8] {
    /// Appends `response` as an HTTP/1.1 message.
    ///
    /// - Parameters:
    ///   - hasBody: false for the answer to HEAD, which states the length and leaves the body out.
    ///   - isChunked: whether an open answer is sent in chunks; to an HTTP/1.0 client, the connection's end is its end.
    mutating func appendHTTP1(
        _ response: borrowing Response, hasBody: Bool, closes: Bool, isChunked: Bool = true
    ) {
        append("HTTP/1.1 ")
        appendDecimal(Int(response.status.code))
        append(UInt8(ascii: " "))
        append(response.status.reason)
        if let contentType = response.contentType {
            append("\r\nContent-Type: ")
            append(contentType)
        }
        if response.stream == nil {
            append("\r\nContent-Length: ")
            appendDecimal(response.body.count)
        } else if isChunked {
            append("\r\nTransfer-Encoding: chunked")
        }
        for field in response.fields {
            append("\r\n")
            appendCapitalised(field.name)
            append(": ")
            append(field.value)
        }
        for field in response.madeFields {
            append("\r\n")
            appendCapitalised(Array(field.name.utf8))
            append(": ")
            append(contentsOf: field.value.utf8)
        }
        append(closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
        if hasBody, response.stream == nil { append(contentsOf: response.body) }
    }

    /// A field name as HTTP/1.1 tools print it: `retry-after` becomes `Retry-After`.
    private mutating func appendCapitalised(_ name: StaticString) {
        let start = count
        append(name)
        capitalise(from: start)
    }

    private mutating func appendCapitalised(_ name: [UInt8]) {
        let start = count
        append(contentsOf: name)
        capitalise(from: start)
    }

    private mutating func capitalise(from start: Int) {
        for index in start..<count where index == start || self[index - 1] == UInt8(ascii: "-") {
            if self[index] >= 0x61, self[index] <= 0x7A { self[index] &= 0xDF }
        }
    }
}

extension [UInt8] {
    /// Appends a number that is not negative in decimal digits.
    package mutating func appendDecimal(_ number: Int) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
