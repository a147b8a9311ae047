/// Why a request is refused before any handler sees it: the status, and a constant line that repeats nothing of the
/// request. Over HTTP/1.1 every refusal closes the connection, so nothing behind a doubtful message is ever read as a
/// request; over HTTP/2 it ends its stream.
package struct RequestRefusal: Error, Sendable {
    package let status: HTTPStatus
    package let line: StaticString

    private init(_ status: HTTPStatus, _ line: StaticString) {
        self.status = status
        self.line = line
    }

    /// Makes `response` this refusal's answer.
    package func fill(_ response: inout Response) {
        response.setText(status, "\(line)")
        if status == .serviceUnavailable { response.fields.append(("retry-after", "1")) }
    }

    // Request line (RFC 9112 section 3).
    package static let requestLineTooLong = RequestRefusal(.uriTooLong, "The request line is too long.")
    package static let badRequestLine = RequestRefusal(.badRequest, "The request line is malformed.")
    package static let badTarget = RequestRefusal(.badRequest, "The request target is malformed.")
    package static let http2Preface = RequestRefusal(.badRequest, "This connection speaks HTTP/1.1.")
    package static let versionNotSupported = RequestRefusal(
        .versionNotSupported, "This HTTP version is not served here.")

    // Field lines (RFC 9112 sections 2.2 and 5).
    package static let badLineEnd = RequestRefusal(.badRequest, "A line does not end in CRLF.")
    package static let badFieldLine = RequestRefusal(.badRequest, "A field line is malformed.")
    package static let foldedField = RequestRefusal(.badRequest, "Folded field lines are not accepted.")
    package static let fieldsTooLarge = RequestRefusal(.fieldsTooLarge, "The header fields are too large.")
    package static let tooManyFields = RequestRefusal(.fieldsTooLarge, "There are too many header fields.")
    package static let badHost = RequestRefusal(.badRequest, "The request needs exactly one valid Host field.")

    // Body length (RFC 9112 section 6).
    package static let badContentLength = RequestRefusal(.badRequest, "The Content-Length is not one plain number.")
    package static let lengthAndTransferCoding = RequestRefusal(.badRequest, "The length of the body is ambiguous.")
    package static let transferCoding = RequestRefusal(.notImplemented, "Transfer codings are not accepted.")
    package static let lengthRequired = RequestRefusal(.lengthRequired, "A Content-Length is required.")
    package static let bodyTooLarge = RequestRefusal(.contentTooLarge, "The request body is too large.")
    package static let unknownExpectation = RequestRefusal(
        .expectationFailed, "Only the expectation 100-continue is met.")

    // HTTP/2 only: a request without the parts that every other request has (RFC 9113 section 8.5).
    package static let tunnel = RequestRefusal(.notImplemented, "CONNECT is not served here.")

    // Time and room.
    package static let tooSlow = RequestRefusal(.requestTimeout, "The request did not come in time.")
    package static let outOfRoom = RequestRefusal(.serviceUnavailable, "Too many requests are under way.")
}
