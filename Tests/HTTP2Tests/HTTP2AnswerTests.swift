import HTTP2
import HTTPSemantics
import Testing

/// What a client sends after the settings, and what each stream gets.
struct Dialogue: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let answers: [UInt32: HTTP2Conversation.Answer]

    init(_ description: String, _ frames: [Frame], _ answers: [UInt32: HTTP2Conversation.Answer]) {
        testDescription = description
        bytes = Frame.preface + Frame.settings(HTTP2Conversation.plainSettings).bytes + frames.flatMap(\.bytes)
        self.answers = answers
    }
}

private typealias Answer = HTTP2Conversation.Answer
private let continued = Frame(
    type: Frame.continuation, flags: Frame.endHeaders, stream: 1, payload: FieldBlock.literal("x", "y"))
private func open(_ frame: Frame) -> Frame {
    var frame = frame
    frame.flags &= ~Frame.endHeaders
    return frame
}

let dialogues: [Dialogue] = [
    Dialogue("a GET", [.request(1, "GET", "/x")], [1: echo("get", "/x")]),
    Dialogue("a query is no part of the path", [.request(1, "GET", "/x?timeout=10s")], [1: echo("get", "/x")]),
    Dialogue(
        "a POST with its length",
        [.request(1, "POST", "/p", [("content-length", "4")], ends: false), .data(1, "body")],
        [1: echo("post", "/p", "body")]),
    Dialogue(
        "a POST without a length, in three frames",
        [
            .request(1, "POST", "/p", ends: false), .data(1, "one ", ends: false), .data(1, "two ", ends: false),
            .data(1, "three"),
        ],
        [1: echo("post", "/p", "one two three")]),
    Dialogue(
        "a body that ends with an empty frame",
        [.request(1, "POST", "/p", ends: false), .data(1, "x", ends: false), .data(1, "")],
        [1: echo("post", "/p", "x")]),
    Dialogue(
        "a body that ends with trailers, which are ignored",
        [.request(1, "POST", "/p", ends: false), .data(1, "x", ends: false), .headers(1, [("t", "v")])],
        [1: echo("post", "/p", "x")]),
    Dialogue(
        "HEAD states the length and sends no body", [.request(1, "HEAD", "/x")],
        [1: Answer(blocks: [[":status: 200", "content-type: text/plain", "content-length: 8"]], isEnded: true)]),
    Dialogue(
        "an answer without a body", [.request(1, "GET", "/empty")],
        [1: Answer(blocks: [[":status: 200", "content-length: 0"]], isEnded: true)]),
    Dialogue(
        "further fields", [.request(1, "GET", "/wrong-method")],
        [
            1: Answer(
                blocks: [
                    [
                        ":status: 405", "content-type: text/plain; charset=utf-8", "content-length: 3", "allow: POST",
                    ]
                ], body: "no\n", isEnded: true)
        ]),
    Dialogue(
        "three interleaved requests",
        [
            .request(1, "POST", "/a", ends: false), .request(3, "POST", "/b", ends: false), .request(5, "GET", "/c"),
            .data(3, "second"), .data(1, "first"),
        ],
        [1: echo("post", "/a", "first"), 3: echo("post", "/b", "second"), 5: echo("get", "/c")]),
    Dialogue(
        "a header block in two frames", [open(.request(1, "GET", "/x")), continued], [1: echo("get", "/x")]),
    Dialogue("OPTIONS for the server", [.request(1, "OPTIONS", "*")], [1: echo("options", "*")]),
    Dialogue(
        "a request refused by its head", [.request(1, "GET", "/refused")], [1: refusal(404, "refused")]),
    Dialogue(
        "a request refused by its head is reset without blame once answered",
        [.request(1, "POST", "/refused", ends: false)], [1: refusal(404, "refused", resetCode: 0)]),
]

@Suite("HTTP/2: answers, however the bytes are cut")
struct HTTP2AnswerTests {
    @Test("fed whole", arguments: dialogues)
    func whole(_ row: Dialogue) {
        let conversation = HTTP2Conversation()
        conversation.send(row.bytes)
        expect(row, conversation)
    }

    @Test("fed byte by byte", arguments: dialogues)
    func byteByByte(_ row: Dialogue) {
        let conversation = HTTP2Conversation()
        for byte in row.bytes { conversation.send([byte]) }
        expect(row, conversation)
    }

    @Test("split in two at every point", arguments: dialogues)
    func split(_ row: Dialogue) {
        for cut in 1..<row.bytes.count {
            let conversation = HTTP2Conversation()
            conversation.send(Array(row.bytes[..<cut]))
            conversation.send(Array(row.bytes[cut...]))
            #expect(conversation.answers == row.answers, "cut at \(cut)")
        }
    }

    private func expect(_ row: Dialogue, _ conversation: HTTP2Conversation) {
        #expect(conversation.answers == row.answers)
        #expect(conversation.goAways.isEmpty)
        #expect(!conversation.engine.isFinished)
        #expect(conversation.budget.remaining == 1 << 23)
        #expect(conversation.engine.waiting.kind == .request)
    }

    @Test("our settings come first: 100 streams, windows of 256 KiB, fields of 16 KiB, no priorities")
    func settings() {
        let conversation = HTTP2Conversation()
        conversation.collect()
        let entries = Frame.settings([(3, 100), (4, 256 * 1024), (6, 16 * 1024), (9, 1)])
        let window = Frame.windowUpdate(0, by: 1024 * 1024 - 65535)
        #expect(conversation.frames == [entries, window])
    }

    @Test("streams follow one another on one connection")
    func manyRequests() {
        let conversation = HTTP2Conversation.opened()
        for id in stride(from: UInt32(1), to: 1001, by: 2) {
            conversation.send(.request(id, "POST", "/\(id)", ends: false), .data(id, "body \(id)"))
            #expect(conversation.answer(id) == echo("post", "/\(id)", "body \(id)"))
        }
        #expect(conversation.handler.handled.count == 500)
        #expect(conversation.goAways.isEmpty)
    }

    @Test("leave to send is given once the request is admitted, and to nobody who already sends")
    func expectContinue() {
        let conversation = HTTP2Conversation.opened()
        let asking = Frame.request(1, "POST", "/p", [("expect", "100-continue")], ends: false)
        conversation.send(asking)
        #expect(conversation.answer(1).blocks == [[":status: 100"]])
        conversation.send(.data(1, "x"))
        #expect(conversation.answer(1).blocks == [[":status: 100"]] + echo("post", "/p", "x").blocks)

        var sending = asking
        sending.stream = 3
        conversation.send(sending, .data(3, "x"))
        #expect(conversation.answer(3) == echo("post", "/p", "x"))
    }

    @Test("the handler hears the announced length, or that there is none")
    func announcedLength() {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.request(1, "POST", "/p", [("content-length", "1")], ends: false), .data(1, "x"))
        conversation.send(.request(3, "POST", "/p", ends: false), .data(3, "x"))
        #expect(conversation.handler.lengths == [1, nil])
    }

    @Test("the library says its version")
    func version() {
        #expect(HTTP2Engine.libraryVersion.split(separator: ".").count == 3)
    }
}
