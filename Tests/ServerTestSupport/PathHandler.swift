package import HTTPSemantics

/// Answers by path: `/block` holds its event loop at the gate, `/large` is more than any socket buffers, `/id` tells
/// handlers apart, and everything else repeats the body.
package final class PathHandler: RequestHandler {
    package static let large = [UInt8](repeating: UInt8(ascii: "x"), count: 8 * 1024 * 1024)

    private static let halfMegabyte = [UInt8](repeating: UInt8(ascii: "y"), count: 512 * 1024)

    private let gate: Gate?
    private let id: Int

    package init(gate: Gate? = nil, id: Int = 0) {
        self.gate = gate
        self.id = id
    }

    package func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool {
        guard head.hasPath("/refused") else { return true }
        response.setText(.notFound, "refused")
        return false
    }

    package func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        if head.hasPath("/block") { gate?.pass() }
        if head.hasPath("/large") {
            response.body = PathHandler.large
            return
        }
        if head.hasPath("/half-a-megabyte") {
            response.body = PathHandler.halfMegabyte
            return
        }
        if head.hasPath("/id") {
            response.body.append(contentsOf: "\(id)".utf8)
            return
        }
        for offset in body.byteOffsets {
            response.body.append(unsafe body.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
        }
    }
}
