// How an answer looks on the wire (RFC 9112 section 4). There is no Date field: an engine has no clock, and RFC 9110
// section 6.6.1 lets a server without one leave it out.

extension [UInt8] {
    /// Appends `response` as an HTTP/1.1 message.
    ///
    /// - Parameter hasBody: false for the answer to HEAD, which states the length and leaves the body out.
    mutating func appendHTTP1(_ response: borrowing Response, hasBody: Bool, closes: Bool) {
        append("HTTP/1.1 ")
        appendDecimal(Int(response.status.code))
        append(UInt8(ascii: " "))
        append(response.status.reason)
        if let contentType = response.contentType {
            append("\r\nContent-Type: ")
            append(contentType)
        }
        append("\r\nContent-Length: ")
        appendDecimal(response.body.count)
        for field in response.fields {
            append("\r\n")
            appendCapitalised(field.name)
            append(": ")
            append(field.value)
        }
        append(closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
        if hasBody { append(contentsOf: response.body) }
    }

    /// A field name as HTTP/1.1 tools print it: `retry-after` becomes `Retry-After`.
    private mutating func appendCapitalised(_ name: StaticString) {
        let start = count
        append(name)
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
