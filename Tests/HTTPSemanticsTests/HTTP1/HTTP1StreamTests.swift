import HTTPSemantics
import Synchronization
import Testing

/// Counts how often the driver would have been woken.
final class CountingWaker: StreamWaker {
    let count = Mutex(0)
    func streamHasNews() { count.withLock { $0 += 1 } }
    var wakes: Int { count.withLock { $0 } }
}

/// Answers `/open` with a stream that the test feeds, everything else with its path.
final class StreamingHandler: RequestHandler {
    let stream: ResponseStream
    init(_ stream: ResponseStream) { self.stream = stream }

    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool { true }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        response.contentType = "application/json"
        if head.hasPath("/open") {
            response.stream = stream
        } else {
            response.body.append(contentsOf: head.path.utf8)
        }
    }
}

@Suite("HTTP/1.1: answers that stay open")
struct HTTP1StreamTests {
    private static let open = "GET /open HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let next = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n/next"

    private final class Conversation {
        let waker = CountingWaker()
        let stream: ResponseStream
        let handler: StreamingHandler
        let engine: HTTP1Engine

        init(_ stream: ResponseStream = ResponseStream()) {
            self.stream = stream
            handler = StreamingHandler(stream)
            engine = HTTP1Engine(limits: HTTPLimits(), budget: BodyBudget(bytes: 1 << 20), waker: waker)
        }

        func send(_ text: String, byteByByte: Bool = false) {
            let pieces = byteByByte ? text.utf8.map { [$0] } : [Array(text.utf8)]
            for piece in pieces { unsafe engine.receive(piece.span.bytes, handler: handler) }
        }

        /// All that comes out until nothing more does.
        func collect() -> String {
            engine.streamsHaveNews()
            var all = ""
            while !engine.output.isEmpty {
                all += String(decoding: engine.output, as: UTF8.self)
                engine.output.removeAll()
                engine.produceOutput()
            }
            return all
        }
    }

    @Test("bytes leave as chunks as they come, and the connection serves on", arguments: [false, true])
    func chunks(byteByByte: Bool) {
        let conversation = Conversation()
        conversation.send(Self.open, byteByByte: byteByByte)
        #expect(conversation.collect() == Self.head)
        #expect(conversation.engine.waiting == HTTPWait(.producer, ordinal: 1))
        #expect(conversation.stream.append(Array("{\"a\":1}\n".utf8)))
        #expect(conversation.waker.wakes == 1)
        #expect(conversation.collect() == "8\r\n{\"a\":1}\n\r\n")
        #expect(conversation.collect() == "")
        conversation.stream.append(Array(repeating: 0x78, count: 26))
        conversation.stream.finish()
        #expect(conversation.collect() == "1a\r\n\(String(repeating: "x", count: 26))\r\n0\r\n\r\n")
        #expect(conversation.stream.isClosed)
        #expect(conversation.engine.waiting == HTTPWait(.request, ordinal: 1))
        conversation.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n", byteByByte: byteByByte)
        #expect(conversation.collect() == Self.next)
    }

    @Test("an answer that is given up closes the connection without the last chunk")
    func abort() {
        let conversation = Conversation()
        conversation.send(Self.open)
        conversation.stream.append([0x79])
        #expect(conversation.collect() == Self.head + "1\r\ny\r\n")
        conversation.stream.abort()
        #expect(conversation.collect() == "")
        #expect(conversation.engine.isFinished)
        #expect(!conversation.stream.append([0x79]))
    }

    @Test("a held answer sends nothing until its head is known")
    func held() {
        let conversation = Conversation(ResponseStream(startsNow: false))
        conversation.send(Self.open)
        conversation.stream.append(Array("b".utf8))
        #expect(conversation.collect() == "")
        #expect(!conversation.engine.isFinished)
        var head = Response()
        head.setText(.serviceUnavailable, "a")
        head.madeFields.append(("retry-after", "30"))
        conversation.stream.begin(head)
        conversation.stream.finish()
        #expect(
            conversation.collect() == "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Transfer-Encoding: chunked\r\nRetry-After: 30\r\n\r\n3\r\nba\n\r\n0\r\n\r\n")
    }

    @Test("a held answer whose head is known before it is asked for has that head")
    func knownHead() {
        let conversation = Conversation(ResponseStream(startsNow: false))
        var head = Response()
        head.status = .notFound
        conversation.stream.begin(head)
        conversation.stream.finish()
        conversation.send(Self.open)
        #expect(conversation.collect() == "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(conversation.engine.waiting.kind == .request)
    }

    @Test("a held answer that is given up closes without a byte")
    func heldAbort() {
        let conversation = Conversation(ResponseStream(startsNow: false))
        conversation.send(Self.open)
        conversation.stream.abort()
        #expect(conversation.collect() == "")
        #expect(conversation.engine.isFinished)
    }

    @Test("to HTTP/1.0 the body goes plain and ends with the connection; to HEAD there is none")
    func withoutChunks() {
        let old = Conversation()
        old.send("GET /open HTTP/1.0\r\n\r\n")
        old.stream.append(Array("abc".utf8))
        old.stream.finish()
        #expect(
            old.collect() == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\nabc")
        #expect(old.engine.isFinished)

        let head = Conversation()
        head.send("HEAD /open HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.collect() == Self.head)
        #expect(head.stream.isClosed)
        head.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.collect() == Self.next)
    }

    @Test("the producer hears when the peer goes, by its end and by the connection's")
    func peerGone() {
        let ends = Mutex(0)
        let conversation = Conversation(ResponseStream(onEnd: { ends.withLock { $0 += 1 } }))
        conversation.send(Self.open)
        conversation.engine.receiveEnd()
        #expect(ends.withLock { $0 } == 1)
        #expect(conversation.engine.isFinished)
        #expect(!conversation.stream.append([1]))

        let dropped = ResponseStream(onEnd: { ends.withLock { $0 += 1 } })
        do {
            let connection = Conversation(dropped)
            connection.send(Self.open)
            #expect(!dropped.isClosed)
        }
        #expect(ends.withLock { $0 } == 2)
        #expect(dropped.isClosed)
    }

    @Test("a peer that does not read is given up at the limit")
    func unread() {
        let conversation = Conversation(ResponseStream(limit: 10))
        conversation.send(Self.open)
        #expect(conversation.stream.append(Array(repeating: 1, count: 10)))
        #expect(!conversation.stream.append([1]))
        _ = conversation.collect()
        #expect(conversation.engine.isFinished)
    }

    @Test("requests behind an open answer are not read, and the connection ends with it")
    func pipelined() {
        let conversation = Conversation()
        conversation.send(Self.open + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        conversation.stream.finish()
        #expect(conversation.collect() == Self.head + "0\r\n\r\n")
        #expect(conversation.engine.isFinished)
        #expect(conversation.engine.needsLingeringClose)
    }

    @Test("a drain ends open answers in order")
    func drain() {
        let conversation = Conversation()
        conversation.send(Self.open)
        conversation.stream.append([0x7A])
        conversation.engine.beginDrain()
        #expect(conversation.collect() == Self.head + "1\r\nz\r\n0\r\n\r\n")
        #expect(conversation.engine.isFinished)
    }
}
