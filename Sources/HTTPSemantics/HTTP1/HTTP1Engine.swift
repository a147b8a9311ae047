/// An HTTP/1.1 server connection (RFC 9112) for requests with a Content-Length or without a body.
///
/// A request that lies wholly in one read is parsed there and its body handed to the handler in place; only what a read
/// cuts in two is copied. Transfer codings, obsolete line folding and every doubt about where a message ends are refused
/// with `Connection: close`, and nothing behind such a message is looked at. HTTP/1.0 is answered and closed.
package final class HTTP1Engine: HTTPEngine {
    /// Answers to pipelined requests pile up in `output` during one `receive`; beyond this the connection closes with the
    /// answer at hand, so that a few hundred bytes of requests cannot order megabytes. 64 answers of 4 KiB fit.
    private static let pipelinedOutputBytes = 256 * 1024

    /// Response storage above this is given back after the answer. A patch is about 2 KiB.
    private static let keptResponseBytes = 64 * 1024

    package var output: [UInt8] = []

    private let limits: HTTPLimits
    private var exchange: HTTP1Exchange
    private var parser: HTTP1HeadParser
    private var body: BodyStorage
    private var response = Response()
    private var stream: HTTP1Stream?
    private let waker: (any StreamWaker)?

    package init(limits: HTTPLimits, budget: BodyBudget, waker: (any StreamWaker)? = nil) {
        self.waker = waker
        self.limits = limits
        exchange = HTTP1Exchange(requestLimit: limits.requestsPerConnection)
        parser = HTTP1HeadParser(limits: limits)
        body = BodyStorage(budget: budget)
    }

    package var waiting: HTTPWait { exchange.waiting }
    package var isFinished: Bool { exchange.isClosed }
    package var needsLingeringClose: Bool { exchange.hasUnreadInput }

    package func receive(_ input: RawSpan, handler: any RequestHandler) {
        let bytes = Span<UInt8>(_bytes: input)
        var position = 0
        while position < bytes.count, !exchange.isClosed {
            do throws(RequestRefusal) {
                switch exchange.state {
                case .idle, .head: try readHead(bytes, from: &position, handler)
                case .body(let missing): readBody(bytes, from: &position, missing: missing, handler)
                case .streaming, .closed: return exchange.inputLeftOver()
                }
            } catch {
                refuse(error)
            }
        }
        if position < bytes.count { exchange.inputLeftOver() }
    }

    package func receiveEnd() {
        exchange.peerEnded()
        body.clear()
        stream = nil
    }

    package func produceOutput() {
        if stream != nil { continueStream() }
    }

    package var hasOpenAnswers: Bool { stream != nil }

    package func streamsHaveNews() {
        produceOutput()
    }

    package func beginDrain() {
        exchange.drain()
        stream?.finish()
        produceOutput()
    }

    package func deadlinePassed() {
        switch exchange.deadlinePassed() {
        case .goSilently:
            body.clear()
            stream = nil
        case .answerTooSlow: refuse(.tooSlow)
        }
    }

    // MARK: Reading

    private func readHead(
        _ bytes: Span<UInt8>, from position: inout Int, _ handler: any RequestHandler
    ) throws(RequestRefusal) {
        switch try parser.read(bytes, from: &position) {
        case .nothing:
            return
        case .partial:
            exchange.headBegan()
        case .complete:
            exchange.headBegan()
            try beginBody(bytes, from: &position, handler)
        }
    }

    private func beginBody(
        _ bytes: Span<UInt8>, from position: inout Int, _ handler: any RequestHandler
    ) throws(RequestRefusal) {
        let framing = parser.framing
        let length = try framing.bodyLength(
            method: parser.head.method, isHTTP10: parser.isHTTP10, limit: limits.bodyBytes)

        response.reset()
        guard handler.admit(parser.head, contentLength: length, response: &response) else {
            if length == 0 { answer() } else { answerUnread() }
            return
        }

        let atHand = bytes.count - position
        if atHand >= length {
            let inPlace = bytes.extracting(position..<(position + length))
            position += length
            unsafe handler.handle(parser.head, body: inPlace.bytes, response: &response)
            answer()
            return
        }

        guard body.reserve(upTo: length) else { throw .outOfRoom }
        exchange.bodyBegan(missing: length)
        // A client that has begun to send its body does not wait for leave (RFC 9110 section 10.1.1).
        if framing.expectsContinue, atHand == 0, !parser.isHTTP10 {
            output.append("HTTP/1.1 100 Continue\r\n\r\n")
        }
    }

    private func readBody(
        _ bytes: Span<UInt8>, from position: inout Int, missing: Int, _ handler: any RequestHandler
    ) {
        let taken = min(missing, bytes.count - position)
        unsafe body.append(bytes.extracting(position..<(position + taken)).bytes)
        position += taken
        guard exchange.bodyArrived(taken) else { return }
        body.withBytes { handler.handle(parser.head, body: $0, response: &response) }
        answer()
    }

    // MARK: Answering

    /// Writes the answer to a request that was read to its end.
    private func answer() {
        let isPilingUp =
            !output.isEmpty && output.count + response.body.count > HTTP1Engine.pipelinedOutputBytes
        let mustClose = response.endsConnection || parser.framing.closes || parser.isHTTP10 || isPilingUp
        guard response.stream == nil else { return beginStream(mustClose: mustClose) }
        write(exchange.answers(mustClose: mustClose))
    }

    /// Writes the handler's refusal of a request whose body is not read.
    private func answerUnread() {
        exchange.refuses()
        write(.closing)
    }

    private func refuse(_ refusal: RequestRefusal) {
        exchange.refuses()
        refusal.fill(&response)
        write(.closing)
    }

    // MARK: Open answers

    private func beginStream(mustClose: Bool) {
        guard let source = response.stream else { return }
        let fate = exchange.streams(mustClose: mustClose)
        let opened = HTTP1Stream(
            source, closes: fate == .closing, isChunked: !parser.isHTTP10, hasBody: parser.head.method != .head)
        source.attach(waker)
        opened.begin(response, into: &output)
        stream = opened
        response.stream = nil
        body.clear()
        parser.reset()
        continueStream()
    }

    private func continueStream() {
        guard let ending = stream?.produce(into: &output) else { return }
        stream = nil
        exchange.streamEnded(isWhole: ending == .whole)
    }

    private func write(_ fate: HTTP1Exchange.Fate) {
        output.appendHTTP1(response, hasBody: parser.head.method != .head, closes: fate == .closing)
        if response.body.capacity > HTTP1Engine.keptResponseBytes { response.body = [] }
        body.clear()
        parser.reset()
    }
}
