import HTTPSemantics
import Testing

@Suite("HTTP/1.1: bodies, their budget and Expect")
struct HTTP1BodyTests {
    private let post = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n"

    @Test("a body at hand takes nothing out of the budget")
    func bodyInPlace() {
        let conversation = HTTP1Conversation(budgetBytes: 0)
        conversation.send(post + "\r\n01234567")
        #expect(conversation.answer == echo("post", "/p?", "01234567"))
    }

    @Test("a body under way holds its announced length, and gives it back with the answer")
    func bodyCollected() {
        let conversation = HTTP1Conversation(budgetBytes: 8)
        conversation.send(post + "\r\n0123")
        #expect(conversation.budget.remaining == 0)
        #expect(conversation.answer.isEmpty)
        conversation.send("4567")
        #expect(conversation.budget.remaining == 8)
        #expect(conversation.answer == echo("post", "/p?", "01234567"))
    }

    @Test("a body without room in the budget is 503 with Retry-After, and closes")
    func budgetExhausted() {
        let conversation = HTTP1Conversation(budgetBytes: 7)
        conversation.send(post + "\r\n0123")
        #expect(
            conversation.answer
                == refusal(
                    "503 Service Unavailable", "Too many requests are under way.", extra: "Retry-After: 1\r\n"))
        #expect(conversation.budget.remaining == 7)
        #expect(conversation.engine.isFinished)
        #expect(conversation.engine.needsLingeringClose)
        #expect(conversation.handler.handled.isEmpty)
    }

    @Test("a connection that goes away gives its budget back")
    func budgetReturned() {
        let budget = BodyBudget(bytes: 8)
        let bytes = Array((post + "\r\n0").utf8)
        do {
            let engine = HTTP1Engine(limits: HTTPLimits(), budget: budget)
            unsafe engine.receive(bytes.span.bytes, handler: ConversationHandler())
            #expect(budget.remaining == 0)
        }
        #expect(budget.remaining == 8)

        let ended = HTTP1Engine(limits: HTTPLimits(), budget: budget)
        unsafe ended.receive(bytes.span.bytes, handler: ConversationHandler())
        ended.receiveEnd()
        #expect(budget.remaining == 8)
        #expect(ended.isFinished)
    }

    @Test("a large body in small pieces arrives whole")
    func largeBody() {
        let conversation = HTTP1Conversation()
        let body = String(repeating: "0123456789abcdef", count: 20_000)
        let request = Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        for start in stride(from: 0, to: request.count, by: 4099) {
            conversation.send(Array(request[start..<min(start + 4099, request.count)]))
        }
        let isWhole = conversation.answer == echo("post", "/?", body)
        #expect(isWhole)
        conversation.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(conversation.handler.handled == ["/", "/"])
    }

    @Test("leave to send is given once the request is admitted")
    func expectContinue() {
        let conversation = HTTP1Conversation()
        conversation.send(post + "Expect: 100-Continue\r\n")
        #expect(conversation.answer.isEmpty)
        conversation.send("\r\n")
        #expect(conversation.handler.judged == ["/p"])
        #expect(conversation.answer == "HTTP/1.1 100 Continue\r\n\r\n")
        conversation.send("01234567")
        #expect(conversation.answer == "HTTP/1.1 100 Continue\r\n\r\n" + echo("post", "/p?", "01234567"))
    }

    @Test("no leave is given to a client that already sends", arguments: ["0", "01234567"])
    func expectContinueTooLate(_ first: String) {
        let conversation = HTTP1Conversation()
        conversation.send(post + "Expect: 100-continue\r\n\r\n" + first)
        conversation.send(String("01234567".dropFirst(first.count)))
        #expect(conversation.answer == echo("post", "/p?", "01234567"))
    }

    @Test("a refused request gets its answer instead of leave")
    func expectContinueRefused() {
        let conversation = HTTP1Conversation()
        conversation.send(
            "POST /refused HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n")
        #expect(conversation.answer == refusal("404 Not Found", "refused"))
        #expect(conversation.engine.isFinished)
        #expect(conversation.engine.needsLingeringClose)
    }

    @Test("no leave for a body that does not fit the budget")
    func expectContinueWithoutRoom() {
        let conversation = HTTP1Conversation(budgetBytes: 1)
        conversation.send(post + "Expect: 100-continue\r\n\r\n")
        #expect(status(of: conversation.answer) == 503)
    }

    @Test("the handler hears the announced length")
    func announcedLength() {
        let conversation = HTTP1Conversation()
        conversation.send(post + "\r\n01234567GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(conversation.handler.lengths == [8, 0])
    }
}
