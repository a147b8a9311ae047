import HTTP2
import HTTPSemantics
import Testing

@Suite("HTTP/2: answers that stay open")
struct HTTP2StreamTests {
    /// A connection whose requests under `/open` get the stream.
    private final class Conversation {
        let stream: ResponseStream
        let engine = HTTP2Engine(limits: HTTPLimits(), budget: BodyBudget(bytes: 1 << 20))
        private(set) var frames: [Frame] = []
        private var pending: [UInt8] = []

        private final class Handler: RequestHandler {
            let stream: ResponseStream
            init(_ stream: ResponseStream) { self.stream = stream }
            func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool { true }
            func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
                if head.hasPath("/open") { response.stream = stream } else { response.body = Array("x".utf8) }
            }
        }

        private let handler: Handler

        init(_ stream: ResponseStream = ResponseStream(), window: UInt32 = 65_535, byteByByte: Bool = false) {
            self.stream = stream
            handler = Handler(stream)
            let opening = Frame.preface + Frame.settings([(1, 0), (4, window)]).bytes
            send(opening + Frame.settingsAcknowledgement().bytes, byteByByte: byteByByte)
            frames = []
        }

        func send(_ bytes: [UInt8], byteByByte: Bool = false) {
            for piece in byteByByte ? bytes.map({ [$0] }) : [bytes] {
                unsafe engine.receive(piece.span.bytes, handler: handler)
                collect()
            }
        }

        func news() {
            engine.streamsHaveNews()
            collect()
        }

        private func collect() {
            engine.produceOutput()
            while !engine.output.isEmpty {
                pending += engine.output
                engine.output.removeAll()
                frames += Frame.take(from: &pending)
                engine.produceOutput()
            }
        }

        func body(_ stream: UInt32) -> String {
            frames.filter { $0.type == Frame.data && $0.stream == stream }
                .map { String(decoding: $0.payload, as: UTF8.self) }.joined(separator: "|")
        }

        func fields(_ stream: UInt32) -> [String]? {
            frames.first { $0.type == Frame.headers && $0.stream == stream }.map { FieldBlock.decode($0.payload) }
        }
    }

    @Test("bytes leave as they come, beside other answers", arguments: [false, true])
    func open(byteByByte: Bool) {
        let conversation = Conversation(byteByByte: byteByByte)
        conversation.send(Frame.request(1, "GET", "/open").bytes, byteByByte: byteByByte)
        #expect(conversation.fields(1) == [":status: 200"])
        #expect(conversation.engine.waiting.kind == .producer)
        conversation.stream.append(Array("a".utf8))
        conversation.news()
        conversation.send(Frame.request(3, "GET", "/plain").bytes, byteByByte: byteByByte)
        #expect(conversation.body(3) == "x")
        #expect(conversation.engine.waiting.kind == .producer)
        conversation.stream.append(Array("b".utf8))
        conversation.news()
        conversation.news()
        #expect(conversation.body(1) == "a|b")
        conversation.stream.finish()
        conversation.news()
        #expect(conversation.frames.last?.endsStream == true)
        #expect(conversation.stream.isClosed)
        #expect(conversation.engine.waiting.kind == .request)
    }

    @Test("what the window holds back is owed by the peer, and goes when it opens")
    func window() {
        let conversation = Conversation(window: 2)
        conversation.send(Frame.request(1, "GET", "/open").bytes)
        conversation.stream.append(Array("abc".utf8))
        conversation.news()
        #expect(conversation.body(1) == "ab")
        #expect(conversation.engine.waiting.kind == .body)
        conversation.send(Frame.windowUpdate(1, by: 10).bytes)
        #expect(conversation.body(1) == "ab|c")
        #expect(conversation.engine.waiting.kind == .producer)
    }

    @Test("an answer that is given up resets its stream")
    func abort() {
        let conversation = Conversation()
        conversation.send(Frame.request(1, "GET", "/open").bytes)
        conversation.stream.abort()
        conversation.news()
        #expect(conversation.frames.last?.type == Frame.reset)
        #expect(conversation.frames.last.map { number($0.payload) } == 2)
        #expect(!conversation.engine.isFinished)
    }

    @Test("what was appended before it was given up goes out before the reset")
    func abortWhenSent() {
        let conversation = Conversation(ResponseStream(startsNow: false))
        var head = Response()
        head.body = Array("part".utf8)
        conversation.stream.begin(head)
        conversation.stream.abortWhenSent()
        conversation.send(Frame.request(1, "GET", "/open").bytes)
        #expect(conversation.frames.map(\.type) == [Frame.headers, Frame.data, Frame.reset])
        #expect(conversation.body(1) == "part")
    }

    @Test("a held answer sends nothing until its head is known")
    func held() {
        let conversation = Conversation(ResponseStream(startsNow: false))
        conversation.send(Frame.request(1, "GET", "/open").bytes)
        conversation.news()
        #expect(conversation.fields(1) == nil)
        #expect(conversation.engine.waiting.kind == .producer)
        var head = Response()
        head.status = .notFound
        head.madeFields.append(("retry-after", "7"))
        head.body = Array("z".utf8)
        conversation.stream.begin(head)
        conversation.stream.finish()
        conversation.news()
        #expect(conversation.fields(1) == [":status: 404", "retry-after: 7"])
        #expect(conversation.body(1) == "z")
        #expect(conversation.frames.last?.endsStream == true)
    }

    @Test("the producer hears of a reset and of the connection's end")
    func peerGone() {
        let reset = Conversation()
        reset.send(Frame.request(1, "GET", "/open").bytes)
        reset.send(Frame.reset(1).bytes)
        #expect(reset.stream.isClosed)

        let dropped = ResponseStream()
        do { Conversation(dropped).send(Frame.request(1, "GET", "/open").bytes) }
        #expect(dropped.isClosed)
    }

    @Test("a drain ends open answers in order")
    func drain() {
        let conversation = Conversation()
        conversation.send(Frame.request(1, "GET", "/open").bytes)
        conversation.stream.append(Array("q".utf8))
        conversation.engine.beginDrain()
        conversation.news()
        #expect(conversation.body(1) == "q")
        #expect(conversation.frames.contains { $0.type == Frame.data && $0.endsStream })
        #expect(conversation.stream.isClosed)
    }
}
