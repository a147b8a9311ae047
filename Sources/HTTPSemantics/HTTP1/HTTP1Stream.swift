/// One open answer on an HTTP/1.1 connection. It tells the producer that nobody reads when it goes.
final class HTTP1Stream {
    enum Ending {
        case whole
        case brokenOff
    }

    /// Bytes of one chunk: what a few TLS records carry, so that one slow reader holds little.
    private static let chunkBytes = 64 * 1024

    private let source: ResponseStream
    private let closes: Bool
    private let isChunked: Bool
    private let hasBody: Bool
    private var hasBegun = false
    private var chunk: [UInt8] = []

    init(_ source: ResponseStream, closes: Bool, isChunked: Bool, hasBody: Bool) {
        self.source = source
        self.closes = closes
        self.isChunked = isChunked
        self.hasBody = hasBody
    }

    deinit { source.close() }

    /// Writes the head, unless the producer holds it: its own, or `response`.
    func begin(_ response: borrowing Response, into output: inout [UInt8]) {
        guard !source.isHeld, !source.isGivenUp else { return }
        hasBegun = true
        if var head = source.takeHead() {
            head.stream = source
            output.appendHTTP1(head, hasBody: false, closes: closes, isChunked: isChunked)
        } else {
            output.appendHTTP1(response, hasBody: false, closes: closes, isChunked: isChunked)
        }
    }

    func finish() {
        source.finish()
    }

    /// Appends the next chunk to an empty `output`.
    ///
    /// - Returns: how the answer ended; nil while it goes on.
    func produce(into output: inout [UInt8]) -> Ending? {
        if !hasBegun {
            if source.isGivenUp { return .brokenOff }
            if source.isHeld { return nil }
            begin(Response(), into: &output)
        }
        guard hasBody else { return .whole }
        guard output.count < HTTP1Stream.chunkBytes else { return nil }
        chunk.removeAll(keepingCapacity: true)
        switch source.take(HTTP1Stream.chunkBytes, into: &chunk) {
        case .some: append(chunk, to: &output)
        case .pending: return nil
        case .aborted: return .brokenOff
        case .ended:
            if isChunked { output.append("0\r\n\r\n") }
            return .whole
        }
        return nil
    }

    /// RFC 9112 section 7.1: the size in hexadecimal, the bytes, and an empty line's worth of CRLF.
    private func append(_ piece: [UInt8], to output: inout [UInt8]) {
        guard isChunked else { return output.append(contentsOf: piece) }
        output.append(contentsOf: String(piece.count, radix: 16).utf8)
        output.append("\r\n")
        output.append(contentsOf: piece)
        output.append("\r\n")
    }
}
