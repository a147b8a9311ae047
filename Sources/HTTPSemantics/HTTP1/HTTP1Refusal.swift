/// Why a request is refused before any handler sees it: the status, and a constant line that repeats nothing of the
/// request. Every refusal closes the connection, so nothing behind a doubtful message is ever read as a request.
struct HTTP1Refusal: Error, Sendable {
    let status: HTTPStatus
    let line: StaticString

    private init(_ status: HTTPStatus, _ line: StaticString) {
        self.status = status
        self.line = line
    }

    // Request line (RFC 9112 section 3).
    static let requestLineTooLong = HTTP1Refusal(.uriTooLong, "The request line is too long.")
    static let badRequestLine = HTTP1Refusal(.badRequest, "The request line is malformed.")
    static let badTarget = HTTP1Refusal(.badRequest, "The request target is malformed.")
    static let http2Preface = HTTP1Refusal(.badRequest, "This connection speaks HTTP/1.1.")
    static let versionNotSupported = HTTP1Refusal(.versionNotSupported, "This HTTP version is not served here.")

    // Field lines (RFC 9112 sections 2.2 and 5).
    static let badLineEnd = HTTP1Refusal(.badRequest, "A line does not end in CRLF.")
    static let badFieldLine = HTTP1Refusal(.badRequest, "A field line is malformed.")
    static let foldedField = HTTP1Refusal(.badRequest, "Folded field lines are not accepted.")
    static let fieldsTooLarge = HTTP1Refusal(.fieldsTooLarge, "The header fields are too large.")
    static let tooManyFields = HTTP1Refusal(.fieldsTooLarge, "There are too many header fields.")
    static let badHost = HTTP1Refusal(.badRequest, "The request needs exactly one valid Host field.")

    // Body length (RFC 9112 section 6).
    static let badContentLength = HTTP1Refusal(.badRequest, "The Content-Length is not one plain number.")
    static let lengthAndTransferCoding = HTTP1Refusal(.badRequest, "The length of the body is ambiguous.")
    static let transferCoding = HTTP1Refusal(.notImplemented, "Transfer codings are not accepted.")
    static let lengthRequired = HTTP1Refusal(.lengthRequired, "A Content-Length is required.")
    static let bodyTooLarge = HTTP1Refusal(.contentTooLarge, "The request body is too large.")
    static let unknownExpectation = HTTP1Refusal(.expectationFailed, "Only the expectation 100-continue is met.")

    // Time and room.
    static let tooSlow = HTTP1Refusal(.requestTimeout, "The request did not come in time.")
    static let outOfRoom = HTTP1Refusal(.serviceUnavailable, "Too many requests are under way.")
}
