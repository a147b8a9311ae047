import HTTPSemantics

/// Answers with what it was asked, so that an answer proves which request it belongs to.
final class ConversationHandler: RequestHandler {
    /// Paths of the requests that were handled, in order.
    private(set) var handled: [String] = []
    /// Paths of the requests that were admitted or refused by their head, in order.
    private(set) var judged: [String] = []
    /// The announced lengths, in the order of `judged`.
    private(set) var lengths: [Int?] = []

    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool {
        judged.append(head.path)
        lengths.append(contentLength)
        if head.hasPath("/refused") {
            response.setText(.notFound, "refused")
            return false
        }
        return true
    }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        handled.append(head.path)
        if head.hasPath("/last") { response.endsConnection = true }
        if head.hasPath("/wrong-method") {
            response.setText(.methodNotAllowed, "no")
            response.fields.append(("allow", "POST"))
            return
        }
        if head.hasPath("/large") {
            response.body.append(contentsOf: repeatElement(UInt8(ascii: "x"), count: 100_000))
            return
        }
        response.contentType = "text/plain"
        response.body.append(contentsOf: "\(head.method) \(head.path)?\(head.query) ".utf8)
        for offset in body.byteOffsets {
            response.body.append(unsafe body.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
        }
    }
}
