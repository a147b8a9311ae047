import HTTPSemantics
import Testing

@Suite("HTTP/1.1: limits")
struct HTTP1LimitTests {
    private static func requestLine(bytes: Int) -> String {
        "GET /" + String(repeating: "a", count: bytes - "GET / HTTP/1.1\r\n".utf8.count) + " HTTP/1.1\r\n"
    }

    @Test("a request line of the limit is served, one byte more is 414", arguments: [false, true])
    func requestLine(byteByByte: Bool) {
        for (bytes, expected) in [(8192, 200), (8193, 414)] {
            let conversation = HTTP1Conversation()
            let request = Self.requestLine(bytes: bytes) + "Host: a\r\n\r\n"
            if byteByByte { conversation.sendByteByByte(request) } else { conversation.send(request) }
            #expect(status(of: conversation.answer) == expected)
        }
    }

    @Test("an endless request line is 414 without its end")
    func endlessRequestLine() {
        let conversation = HTTP1Conversation()
        conversation.send("GET /" + String(repeating: "a", count: 9000))
        #expect(conversation.answer == refusal("414 URI Too Long", "The request line is too long."))
        #expect(conversation.engine.isFinished)
        #expect(conversation.engine.needsLingeringClose)
    }

    @Test("fields of 16 KiB are served, one byte more is 431", arguments: [false, true])
    func fieldBytes(byteByByte: Bool) {
        let frame = "Host: a\r\nX: \r\n\r\n".utf8.count
        for (bytes, expected) in [(16384, 200), (16385, 431)] {
            let conversation = HTTP1Conversation()
            let value = String(repeating: "v", count: bytes - frame)
            let request = "GET / HTTP/1.1\r\nHost: a\r\nX: \(value)\r\n\r\n"
            if byteByByte { conversation.sendByteByByte(request) } else { conversation.send(request) }
            #expect(status(of: conversation.answer) == expected)
        }
    }

    @Test("an endless field is 431 without its end")
    func endlessField() {
        let conversation = HTTP1Conversation()
        conversation.send("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 17000))
        #expect(status(of: conversation.answer) == 431)
        #expect(conversation.engine.isFinished)
    }

    @Test("64 fields are served, 65 are 431")
    func fieldCount() {
        for (fields, expected) in [(64, 200), (65, 431)] {
            let conversation = HTTP1Conversation()
            let others = String(repeating: "X: y\r\n", count: fields - 1)
            conversation.send("GET / HTTP/1.1\r\nHost: a\r\n\(others)\r\n")
            #expect(status(of: conversation.answer) == expected)
        }
    }

    @Test("a body of the limit is served, one byte more is 413 before the handler hears of it")
    func bodyBytes() {
        var limits = HTTPLimits()
        limits.bodyBytes = 10
        let served = HTTP1Conversation(limits: limits)
        served.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789")
        #expect(served.answer == echo("post", "/?", "0123456789"))

        let refused = HTTP1Conversation(limits: limits)
        refused.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
        #expect(refused.answer == refusal("413 Content Too Large", "The request body is too large."))
        #expect(refused.handler.judged.isEmpty)
        #expect(refused.engine.needsLingeringClose)
    }

    @Test("the last of the allowed requests closes the connection")
    func requestsPerConnection() {
        var limits = HTTPLimits()
        limits.requestsPerConnection = 2
        let conversation = HTTP1Conversation(limits: limits)
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        conversation.send(request + request + request)
        #expect(conversation.answer == echo("get", "/?") + echo("get", "/?", closes: true))
    }

    @Test("a refusal of HEAD has no body")
    func refusedHEAD() {
        let conversation = HTTP1Conversation()
        conversation.send("HEAD / HTTP/1.1\r\nbad\r\n")
        #expect(status(of: conversation.answer) == 400)
        #expect(conversation.answer.hasSuffix("Connection: close\r\n\r\n"))
    }

    @Test("pipelined requests cannot order unbounded output")
    func pipelinedOutput() {
        let conversation = HTTP1Conversation()
        conversation.send(String(repeating: "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", count: 50))
        #expect(conversation.engine.isFinished)
        #expect(conversation.handler.handled.count == 3)
        #expect(conversation.answer.contains("\r\nConnection: close\r\n"))
        #expect(conversation.engine.needsLingeringClose)
    }
}
