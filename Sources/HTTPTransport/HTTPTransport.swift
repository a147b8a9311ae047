/// Sends requests to other servers. Clients know this and not what carries it, so tests put their own in its place.
///
/// No redirect is ever followed: a token must not go to a host that an answer names.
package protocol HTTPTransport: Sendable {
    /// Sends a request and reads its whole answer.
    ///
    /// - Throws: `TransportError` when there is no complete answer in time or within `responseLimit`. An answer with any
    ///   status is an answer. Cancelling the task ends the exchange.
    func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse

    /// Sends a request and gives the answer's body as it comes, for watches.
    ///
    /// - Throws: `TransportError` when no head comes in time. Later failures are thrown by the body.
    func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream
}

/// A request to another server.
package struct OutgoingRequest: Sendable {
    /// Upper case, as it is sent.
    package var method: String
    /// Absolute, `https://host[:port]/path?query`.
    package var url: String
    /// Field names in lower case. Never logged: they carry credentials.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]
    /// From the call to the last byte; for `stream`, to the end of the head.
    package var timeout: Duration
    /// For `stream`: how long the body may be silent before it counts as stalled; nil waits without end.
    package var silence: Duration?
    /// Bytes of the answer's body; a longer one is an error. For `stream`, bytes that may wait unread before the peer is
    /// held back.
    package var responseLimit: Int

    package init(
        _ method: String, _ url: String, fields: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(10), silence: Duration? = nil, responseLimit: Int = 1024 * 1024
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.timeout = timeout
        self.silence = silence
        self.responseLimit = responseLimit
    }
}

/// The answer to a request.
package struct IncomingResponse: Sendable {
    package let status: Int
    /// Field names in lower case, in the order they came.
    package let fields: [(name: String, value: String)]
    package let body: [UInt8]

    package init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The first field of that (lower-case) name.
    package func value(of name: String) -> String? {
        fields.first { $0.name == name }?.value
    }
}

/// An answer whose body is still coming.
package struct IncomingStream: Sendable {
    package let status: Int
    package let fields: [(name: String, value: String)]
    /// Pieces of the body as they come; ends when the answer does, throws `TransportError` when it breaks off. Dropping
    /// it ends the exchange.
    package let body: AsyncThrowingStream<[UInt8], any Error>

    package init(
        status: Int, fields: [(name: String, value: String)], body: AsyncThrowingStream<[UInt8], any Error>
    ) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
