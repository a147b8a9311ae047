import HTTPSemantics

/// Answers with what it was asked, so that an answer proves which request it belongs to.
final class EchoHandler: RequestHandler {
    private(set) var judged: [String] = []
    private(set) var lengths: [Int?] = []
    private(set) var handled: [String] = []

    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool {
        judged.append(head.path)
        lengths.append(contentLength)
        guard head.hasPath("/refused") else { return true }
        response.setText(.notFound, "refused")
        return false
    }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        handled.append(head.path)
        if head.hasPath("/last") { response.endsConnection = true }
        if head.hasPath("/empty") { return }
        if head.hasPath("/large") {
            response.body.append(contentsOf: repeatElement(UInt8(ascii: "x"), count: 400_000))
            return
        }
        if head.hasPath("/wrong-method") {
            response.setText(.methodNotAllowed, "no")
            response.fields.append(("allow", "POST"))
            return
        }
        response.contentType = "text/plain"
        response.body.append(contentsOf: "\(head.method) \(head.path) ".utf8)
        for offset in body.byteOffsets {
            response.body.append(unsafe body.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
        }
    }
}
