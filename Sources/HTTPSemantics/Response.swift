/// An answer under construction. One is reused for every request of an event loop, so `body` keeps its storage.
package struct Response: Sendable {
    package var status: HTTPStatus = .ok
    /// The media type of `body`; no Content-Type field is sent while it is nil.
    package var contentType: StaticString?
    /// Further fields, such as `Allow` and `Retry-After`. Names are lower case, as HTTP/2 demands (RFC 9113 section 8.2).
    package var fields: [(name: StaticString, value: StaticString)] = []
    /// Fields made at run time: lower-case names, and values without CR and LF. They follow `fields`.
    package var madeFields: [(name: String, value: String)] = []
    package var body: [UInt8] = []
    /// Keeps the answer open: its bytes are the body, and `body` is not looked at.
    package var stream: ResponseStream?
    /// True when the connection must not carry another request: HTTP/1.1 says `Connection: close`, HTTP/2 GOAWAY.
    package var endsConnection = false

    package init() {}

    /// Back to an empty 200, with the storage kept.
    package mutating func reset() {
        status = .ok
        contentType = nil
        fields.removeAll(keepingCapacity: true)
        body.removeAll(keepingCapacity: true)
        endsConnection = false
        if !madeFields.isEmpty { madeFields.removeAll(keepingCapacity: true) }
        stream = nil
    }

    /// Makes this a one-line plain-text answer.
    package mutating func setText(_ status: HTTPStatus, _ line: String) {
        reset()
        self.status = status
        contentType = "text/plain; charset=utf-8"
        body.append(contentsOf: line.utf8)
        body.append(UInt8(ascii: "\n"))
    }
}
