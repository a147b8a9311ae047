import HTTP2
import HTTPSemantics
import Testing

@Suite("HTTP/2: limits and the body budget")
struct HTTP2LimitTests {
    @Test("fields of the limit are served, one byte more is 431")
    func fieldBytes() {
        // RFC 9113 section 10.5.1 counts 32 bytes for each of the five fields here.
        let frame = ":methodGET:schemehttps:path/:authoritayx".utf8.count + 5 * 32
        for (bytes, status) in [(16384, ":status: 200"), (16385, ":status: 431")] {
            let conversation = HTTP2Conversation.opened()
            let value = String(repeating: "v", count: bytes - frame)
            conversation.send(.request(1, "GET", "/", [("x", value)]))
            #expect(conversation.answer(1).status == status)
            #expect(conversation.answer(1).isEnded)
        }
    }

    @Test("a header bomb is 431, and its field table is never stored")
    func headerBomb() {
        let conversation = HTTP2Conversation.opened()
        // One indexed field of 3000 bytes, then the same again by a one-byte reference.
        let name = FieldBlock.literal("x", String(repeating: "v", count: 3000)).dropFirst()
        var bomb = Frame.request(1, "GET", "/")
        bomb.payload += [0x40] + name + Array(repeating: 0xBE, count: 10_000)
        conversation.send(bomb)
        #expect(conversation.answer(1) == refusal(431, "The header fields are too large."))
        #expect(conversation.handler.judged.isEmpty)
    }

    @Test("64 fields are served, 65 are 431")
    func fieldCount() {
        for (count, status) in [(64, ":status: 200"), (65, ":status: 431")] {
            let conversation = HTTP2Conversation.opened()
            conversation.send(.request(1, "GET", "/", (0..<count).map { ("x\($0)", "y") }))
            #expect(conversation.answer(1).status == status)
        }
    }

    @Test(
        "requests that are refused as they are",
        arguments: [
            ("a long target", "GET", "/" + String(repeating: "a", count: 8192), [], 414),
            ("a fragment", "GET", "/#a", [], 400),
            ("an unknown expectation", "POST", "/", [("expect", "200-ok")], 417),
            ("a length with a leading zero", "POST", "/", [("content-length", "00")], 400),
        ] as [(String, String, String, [(String, String)], Int)])
    func refused(_ row: (String, String, String, [(String, String)], Int)) {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.request(1, row.1, row.2, row.3))
        #expect(conversation.answer(1).status == ":status: \(row.4)")
        #expect(conversation.answer(1).isEnded)
        #expect(conversation.handler.judged.isEmpty)
        conversation.send(.request(3, "GET", "/x"))
        #expect(conversation.answer(3) == echo("get", "/x"))
    }

    @Test("an asterisk with GET is 400 under a scheme of which nghttp2 knows nothing")
    func asterisk() {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.headers(1, [(":path", "*"), (":scheme", "x"), (":method", "GET"), (":authority", "a")]))
        #expect(conversation.answer(1) == refusal(400, "The request target is malformed."))
        conversation.send(.headers(3, [(":path", "*"), (":scheme", "x"), (":method", "OPTIONS"), (":authority", "a")]))
        #expect(conversation.answer(3) == echo("options", "*"))
    }

    @Test("CONNECT is 501")
    func tunnel() {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.headers(1, [(":method", "CONNECT"), (":authority", "a:443")], ends: false))
        #expect(conversation.answer(1) == refusal(501, "CONNECT is not served here.", resetCode: 0))
    }

    @Test(
        "malformed requests are reset with PROTOCOL_ERROR and never judged",
        arguments: [
            [(":method", "GET"), (":path", "/"), (":authority", "a")],
            [(":method", "GET"), (":scheme", "https"), (":authority", "a")],
            [(":method", "GET"), (":scheme", "https"), (":path", "*"), (":authority", "a")],
            [(":method", "GET"), (":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a")],
            [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a"), ("Upper", "x")],
            [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a"), ("connection", "close")],
            [
                (":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a"),
                ("transfer-encoding", "chunked"),
            ],
            [(":method", "POST"), (":scheme", "https"), (":path", "/"), (":authority", "a"), ("content-length", "+1")],
            [
                (":method", "POST"), (":scheme", "https"), (":path", "/"), (":authority", "a"),
                ("content-length", "0"), ("content-length", "0"),
            ],
            [(":method", "POST"), (":scheme", "https"), (":path", "/"), (":authority", "a"), ("content-length", "1")],
        ] as [[(String, String)]])
    func malformed(_ fields: [(String, String)]) {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.headers(1, fields))
        #expect(conversation.answer(1).resetCode == 1)
        #expect(conversation.handler.judged.isEmpty)
    }

    @Test("a body of the limit is served; one byte more is 413, announced or not")
    func bodyBytes() {
        var limits = HTTPLimits()
        limits.bodyBytes = 10
        let conversation = HTTP2Conversation.opened(limits: limits)
        conversation.send(.request(1, "POST", "/p", ends: false), .data(1, "0123456789"))
        #expect(conversation.answer(1) == echo("post", "/p", "0123456789"))

        let tooLarge = refusal(413, "The request body is too large.", resetCode: 0)
        conversation.send(.request(3, "POST", "/p", [("content-length", "11")], ends: false))
        #expect(conversation.answer(3) == tooLarge)
        conversation.send(.request(5, "POST", "/p", ends: false), .data(5, "0123456789", ends: false))
        #expect(conversation.answer(5) == .init())
        conversation.send(.data(5, "x", ends: false))
        #expect(conversation.answer(5) == tooLarge)
        #expect(conversation.handler.handled == ["/p"])
        #expect(conversation.budget.remaining == 1 << 23)
    }

    @Test("an announced body holds its length, an unannounced one what has come, and both give it back")
    func budgetHeld() {
        let conversation = HTTP2Conversation.opened(budgetBytes: 100)
        conversation.send(.request(1, "POST", "/p", [("content-length", "60")], ends: false))
        #expect(conversation.budget.remaining == 40)
        conversation.send(.request(3, "POST", "/p", ends: false), .data(3, "12345", ends: false))
        #expect(conversation.budget.remaining == 35)
        conversation.send(.data(3, ""))
        #expect(conversation.budget.remaining == 40)
        conversation.send(.reset(1))
        #expect(conversation.budget.remaining == 100)
    }

    @Test("a body without room in the budget is 503 with retry-after; the connection goes on")
    func budgetExhausted() {
        let conversation = HTTP2Conversation.opened(budgetBytes: 10)
        let noRoom = refusal(503, "Too many requests are under way.", retryAfter: true, resetCode: 0)
        conversation.send(.request(1, "POST", "/p", [("content-length", "11")], ends: false))
        #expect(conversation.answer(1) == noRoom)
        conversation.send(.request(3, "POST", "/p", ends: false), .data(3, "0123456789a", ends: false))
        #expect(conversation.answer(3) == noRoom)
        conversation.send(.data(1, "late", ends: false), .request(5, "GET", "/x"))
        #expect(conversation.answer(5) == echo("get", "/x"))
        #expect(conversation.handler.judged == ["/x"])
        #expect(conversation.budget.remaining == 10)
    }

    @Test("a connection that goes away gives its budget back")
    func budgetReturned() {
        let budget: BodyBudget
        do {
            let conversation = HTTP2Conversation.opened(budgetBytes: 100)
            budget = conversation.budget
            conversation.send(.request(1, "POST", "/p", [("content-length", "60")], ends: false))
            #expect(budget.remaining == 40)
        }
        #expect(budget.remaining == 100)
    }

    @Test("before our settings are acknowledged, the stream beyond the cap is refused; after, the connection ends")
    func streamCap() {
        var limits = HTTPLimits()
        limits.concurrentStreams = 2
        let conversation = HTTP2Conversation(limits: limits)
        conversation.send(Frame.preface + Frame.settings(HTTP2Conversation.plainSettings).bytes)
        conversation.send((0..<3).map { .request(UInt32(1 + 2 * $0), "POST", "/p", ends: false) })
        #expect(conversation.answer(5).resetCode == 7)
        conversation.send(.data(1, "x"), .data(3, "y"))
        #expect(conversation.answer(1) == echo("post", "/p", "x"))
        #expect(conversation.answer(3) == echo("post", "/p", "y"))
        #expect(!conversation.engine.isFinished)

        conversation.send(.settingsAcknowledgement())
        conversation.send((3..<6).map { .request(UInt32(1 + 2 * $0), "POST", "/p", ends: false) })
        #expect(conversation.engine.isFinished)
        #expect(conversation.goAways.last?.last == 1)
    }
}
