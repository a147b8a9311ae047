import HTTPSemantics
import Testing

@Suite("HTTP/1.1: waiting, deadlines, drain and the peer's end")
struct HTTP1LifecycleTests {
    private let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"

    @Test("waiting follows the request, and every wait has its own number")
    func waiting() {
        let conversation = HTTP1Conversation()
        let engine = conversation.engine
        #expect(engine.waiting == HTTPWait(.request, ordinal: 0))
        conversation.send("\r\n")
        #expect(engine.waiting == HTTPWait(.request, ordinal: 0))
        conversation.send("P")
        #expect(engine.waiting == HTTPWait(.head, ordinal: 1))
        conversation.send(String(post.dropFirst()))
        #expect(engine.waiting == HTTPWait(.body, ordinal: 1))
        conversation.send("x")
        #expect(engine.waiting == HTTPWait(.body, ordinal: 1))
        conversation.send("x")
        #expect(engine.waiting == HTTPWait(.request, ordinal: 1))
        conversation.send("G")
        #expect(engine.waiting == HTTPWait(.head, ordinal: 2))
        conversation.send(String(request.dropFirst()) + request + "GET")
        #expect(engine.waiting == HTTPWait(.head, ordinal: 4))
    }

    @Test("an idle connection goes silently at its deadline")
    func idleDeadline() {
        let conversation = HTTP1Conversation()
        conversation.send(request + "\r\n")
        conversation.engine.deadlinePassed()
        conversation.collect()
        #expect(conversation.answer == echo("get", "/?"))
        #expect(conversation.engine.isFinished)
        #expect(!conversation.engine.needsLingeringClose)
    }

    @Test("a slow head or body is 408", arguments: ["G", "GET / HTTP/1.1\r\nHost: a\r\n", "head and body"])
    func slowRequest(_ begun: String) {
        let conversation = HTTP1Conversation()
        conversation.send(begun == "head and body" ? post + "x" : begun)
        conversation.engine.deadlinePassed()
        conversation.collect()
        #expect(conversation.answer == refusal("408 Request Timeout", "The request did not come in time."))
        #expect(conversation.engine.isFinished)
        #expect(conversation.engine.needsLingeringClose)
        #expect(conversation.budget.remaining == 1 << 20)

        conversation.send(request)
        conversation.engine.deadlinePassed()
        conversation.collect()
        #expect(conversation.answer == refusal("408 Request Timeout", "The request did not come in time."))
    }

    @Test("draining, an idle connection serves one more request")
    func drainIdle() {
        let conversation = HTTP1Conversation()
        conversation.engine.beginDrain()
        #expect(!conversation.engine.isFinished)
        conversation.send(request + request)
        #expect(conversation.answer == echo("get", "/?", closes: true))
        #expect(conversation.engine.isFinished)
    }

    @Test("draining, a request under way is answered and closes")
    func drainBusy() {
        let conversation = HTTP1Conversation()
        conversation.send(post + "x")
        conversation.engine.beginDrain()
        #expect(!conversation.engine.isFinished)
        conversation.send("y")
        #expect(conversation.answer == echo("post", "/?", "xy", closes: true))
        #expect(conversation.engine.isFinished)
        #expect(!conversation.engine.needsLingeringClose)
    }

    @Test("draining, a refusal by head closes as well")
    func drainRefused() {
        let conversation = HTTP1Conversation()
        conversation.engine.beginDrain()
        conversation.send("GET /refused HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(conversation.answer == refusal("404 Not Found", "refused"))
    }

    @Test("the peer's end finishes the connection without an answer", arguments: ["", "GET", "POST"])
    func peerEnds(_ begun: String) {
        let conversation = HTTP1Conversation()
        conversation.send(begun == "POST" ? post : begun)
        conversation.engine.receiveEnd()
        conversation.collect()
        #expect(conversation.answer.isEmpty)
        #expect(conversation.engine.isFinished)
        #expect(!conversation.engine.needsLingeringClose)
        #expect(conversation.budget.remaining == 1 << 20)
    }

    @Test("an answer that closes needs no lingering unless more has come")
    func lingering() {
        let quiet = HTTP1Conversation()
        quiet.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(quiet.engine.isFinished)
        #expect(!quiet.engine.needsLingeringClose)

        let pipelining = HTTP1Conversation()
        pipelining.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\nGET")
        #expect(pipelining.engine.needsLingeringClose)
    }
}
