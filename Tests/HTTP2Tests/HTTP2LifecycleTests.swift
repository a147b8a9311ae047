import HTTP2
import HTTPSemantics
import Testing

@Suite("HTTP/2: waiting, deadlines, drain and the peer's end")
struct HTTP2LifecycleTests {
    private let drainNotice: [UInt32] = [0x7FFF_FFFF, 0]
    private let drainPing = Frame.ping("draining")
    private let drainAcknowledgement = Frame.ping("draining", acknowledges: true)

    @Test("waiting follows the oldest stream")
    func waiting() {
        let conversation = HTTP2Conversation()
        let engine = conversation.engine
        #expect(engine.waiting == HTTPWait(.head, ordinal: 0))
        conversation.send(Frame.preface)
        #expect(engine.waiting == HTTPWait(.head, ordinal: 0))
        conversation.send(.settings(HTTP2Conversation.plainSettings))
        #expect(engine.waiting == HTTPWait(.request, ordinal: 0))

        var half = Frame.request(1, "POST", "/p", ends: false)
        half.flags = 0
        conversation.send(half)
        #expect(engine.waiting == HTTPWait(.head, ordinal: 1))
        conversation.send(Frame(type: Frame.continuation, flags: Frame.endHeaders, stream: 1))
        #expect(engine.waiting == HTTPWait(.body, ordinal: 1))
        conversation.send(.request(3, "POST", "/p", ends: false))
        #expect(engine.waiting == HTTPWait(.body, ordinal: 1))
        conversation.send(.data(1, "x"))
        #expect(engine.waiting == HTTPWait(.body, ordinal: 3))
        conversation.send(.data(3, "x"))
        #expect(engine.waiting == HTTPWait(.request, ordinal: 3))
    }

    @Test("no preface in time is SETTINGS_TIMEOUT", arguments: [[], Array(Frame.preface.prefix(5)), Frame.preface])
    func noPreface(_ begun: [UInt8]) {
        let conversation = HTTP2Conversation()
        conversation.send(begun)
        conversation.engine.deadlinePassed()
        conversation.collect()
        #expect(conversation.goAways == [[0, 4]])
        #expect(conversation.engine.isFinished)
    }

    @Test("an idle connection goes with NO_ERROR at its deadline")
    func idleDeadline() {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.request(1, "GET", "/x"))
        conversation.engine.deadlinePassed()
        conversation.collect()
        #expect(conversation.goAways == [[1, 0]])
        #expect(conversation.engine.isFinished)
        #expect(!conversation.engine.needsLingeringClose)
    }

    @Test("a slow body ends the connection at its deadline and gives the budget back")
    func slowBody() {
        let conversation = HTTP2Conversation.opened(budgetBytes: 100)
        conversation.send(.request(1, "POST", "/p", [("content-length", "9")], ends: false))
        conversation.engine.deadlinePassed()
        conversation.collect()
        #expect(conversation.goAways == [[1, 0]])
        #expect(conversation.engine.isFinished)
        #expect(conversation.engine.needsLingeringClose)
    }

    @Test(
        "what is not HTTP/2 is told so and not answered",
        arguments: ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "\0\0\0"])
    func otherProtocol(_ text: String) {
        let conversation = HTTP2Conversation()
        conversation.send(Array(text.utf8))
        #expect(conversation.engine.isFinished)
        #expect(conversation.goAways == [[0, 1]])
        #expect(conversation.handler.judged.isEmpty)
    }

    @Test("a preface without SETTINGS is a connection error")
    func prefaceWithoutSettings() {
        let conversation = HTTP2Conversation()
        conversation.send(Frame.preface + Frame.request(1, "GET", "/x").bytes)
        #expect(conversation.engine.isFinished)
        #expect(conversation.goAways == [[0, 1]])
        #expect(conversation.handler.judged.isEmpty)
    }

    @Test("a drain has two steps, and streams opened in between are answered")
    func drain() {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.request(1, "POST", "/slow", ends: false))
        conversation.engine.beginDrain()
        conversation.collect()
        #expect(conversation.goAways == [drainNotice])
        #expect(conversation.frames.last == drainPing)

        conversation.send(.request(3, "GET", "/between"))
        #expect(conversation.answer(3) == echo("get", "/between"))
        conversation.send(.ping("12345678", acknowledges: true))
        #expect(conversation.goAways == [drainNotice])
        conversation.send(drainAcknowledgement)
        #expect(conversation.goAways == [drainNotice, [3, 0]])
        #expect(!conversation.engine.isFinished)

        conversation.send(.request(5, "GET", "/too-late"))
        #expect(conversation.answer(5) == .init())
        conversation.send(.data(1, "x"))
        #expect(conversation.answer(1) == echo("post", "/slow", "x"))
        #expect(conversation.engine.isFinished)
        #expect(conversation.handler.handled == ["/between", "/slow"])
    }

    @Test("an idle connection that is drained ends when the notice is acknowledged, or in a header's time")
    func drainIdle() {
        for acknowledges in [true, false] {
            let conversation = HTTP2Conversation.opened()
            conversation.send(.request(1, "GET", "/x"))
            conversation.engine.beginDrain()
            conversation.engine.beginDrain()
            conversation.collect()
            #expect(conversation.goAways == [drainNotice])
            #expect(conversation.engine.waiting == HTTPWait(.head, ordinal: .max))
            #expect(!conversation.engine.isFinished)
            if acknowledges {
                conversation.send(drainAcknowledgement)
            } else {
                conversation.engine.deadlinePassed()
                conversation.collect()
            }
            #expect(conversation.goAways == [drainNotice, [1, 0]])
            #expect(conversation.engine.isFinished)
        }
    }

    @Test("a connection that is drained before its first request serves that request")
    func drainFresh() {
        let conversation = HTTP2Conversation()
        conversation.engine.beginDrain()
        conversation.send(Frame.preface + Frame.settings(HTTP2Conversation.plainSettings).bytes)
        #expect(conversation.goAways.isEmpty)
        conversation.send(.request(1, "GET", "/x"))
        #expect(conversation.answer(1) == echo("get", "/x"))
        #expect(conversation.goAways == [drainNotice])
        conversation.send(drainAcknowledgement)
        #expect(conversation.goAways == [drainNotice, [1, 0]])
        #expect(conversation.engine.isFinished)
    }

    @Test("an answer that ends the connection begins a drain", arguments: ["/last", "the last allowed"])
    func endsConnection(_ path: String) {
        var limits = HTTPLimits()
        if path != "/last" { limits.requestsPerConnection = 1 }
        let conversation = HTTP2Conversation.opened(limits: limits)
        conversation.send(.request(1, "GET", path == "/last" ? path : "/x"))
        #expect(conversation.answer(1).isEnded)
        #expect(conversation.goAways == [drainNotice])
        conversation.send(drainAcknowledgement)
        #expect(conversation.engine.isFinished)
    }

    @Test("a client that says GOAWAY is answered and let go")
    func clientGoesAway() {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.request(1, "POST", "/p", ends: false), Frame(type: Frame.goAway, payload: big(0) + big(0)))
        #expect(!conversation.engine.isFinished)
        conversation.send(.data(1, "x"))
        #expect(conversation.answer(1) == echo("post", "/p", "x"))
        #expect(conversation.engine.isFinished)
        #expect(!conversation.engine.needsLingeringClose)
    }

    @Test("a stream that its client resets is forgotten")
    func clientResets() {
        let conversation = HTTP2Conversation.opened(budgetBytes: 100)
        conversation.send(.request(1, "POST", "/p", [("content-length", "9")], ends: false), .data(1, "x", ends: false))
        conversation.send(.reset(1))
        #expect(conversation.engine.waiting.kind == .request)
        #expect(conversation.budget.remaining == 100)
        conversation.send(.data(1, "y"), .request(3, "GET", "/x"))
        #expect(conversation.answer(3) == echo("get", "/x"))
        #expect(conversation.handler.handled == ["/x"])
    }

    @Test("an answer larger than one output still goes out whole to a peer that has ended its side")
    func peerEndsWhileAnswered() {
        let conversation = HTTP2Conversation.opened(settings: [(4, 1 << 20)])
        conversation.send(.windowUpdate(0, by: 1 << 20))
        unsafe conversation.engine.receive(
            Frame.request(1, "GET", "/large").bytes.span.bytes, handler: conversation.handler)
        conversation.engine.receiveEnd()
        #expect(!conversation.engine.isFinished)
        conversation.collect()
        #expect(conversation.answer(1).body.utf8.count == 400_000)
        #expect(conversation.answer(1).isEnded)
        #expect(conversation.engine.isFinished)
    }

    @Test("the peer's end finishes the connection")
    func peerEnds() {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.request(1, "POST", "/p", ends: false))
        conversation.engine.receiveEnd()
        #expect(conversation.engine.isFinished)
        #expect(!conversation.engine.needsLingeringClose)
    }
}
