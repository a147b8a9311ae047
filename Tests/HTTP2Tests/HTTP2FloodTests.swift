import HTTP2
import HTTPSemantics
import Testing

private let enhanceYourCalm: UInt32 = 11

@Suite("HTTP/2: floods end with GOAWAY")
struct HTTP2FloodTests {
    /// Sends `frame` over and over, `perWrite` at a time, until the engine has had enough; how many that took.
    private func flood(
        _ conversation: HTTP2Conversation, limit: Int = 20_000, perWrite: Int = 10, _ frame: Frame
    ) -> Int {
        var sent = 0
        while sent < limit, !conversation.engine.isFinished {
            conversation.send(Array(repeating: frame, count: perWrite))
            sent += perWrite
        }
        return sent
    }

    @Test(
        "control frames are on credit",
        arguments: [
            ("PING", Frame.ping()),
            ("SETTINGS", Frame.settings([(1, 0)])),
            ("WINDOW_UPDATE", Frame.windowUpdate(0, by: 1)),
            ("PRIORITY", Frame(type: Frame.priority, stream: 7, payload: [0, 0, 0, 5, 1])),
        ] as [(String, Frame)])
    func controlFrames(_ row: (String, Frame)) {
        let conversation = HTTP2Conversation.opened()
        let sent = flood(conversation, row.1)
        #expect(sent > 900 && sent <= 1010)
        #expect(conversation.goAways == [[0, enhanceYourCalm]])
        #expect(conversation.engine.needsLingeringClose)
    }

    @Test("control frames between requests are fine for good")
    func controlFramesOfAGoodClient() {
        let conversation = HTTP2Conversation.opened()
        for id in stride(from: UInt32(1), to: 2001, by: 2) {
            conversation.send(.windowUpdate(0, by: 1), .ping(), .request(id, "GET", "/x"), .windowUpdate(0, by: 1))
        }
        #expect(conversation.handler.handled.count == 1000)
        #expect(!conversation.engine.isFinished)
    }

    @Test("acknowledgements owed in one read are limited", arguments: [Frame.ping(), Frame.settings([(1, 0)])])
    func acknowledgements(_ frame: Frame) {
        let conversation = HTTP2Conversation.opened()
        #expect(flood(conversation, perWrite: 100, frame) == 100)
        #expect(conversation.goAways == [[0, enhanceYourCalm]])
    }

    @Test("empty DATA frames that end nothing")
    func emptyData() {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.request(1, "POST", "/p", ends: false))
        #expect(flood(conversation, .data(1, "", ends: false)) == 110)
        #expect(conversation.goAways == [[1, enhanceYourCalm]])

        let padded = HTTP2Conversation.opened()
        padded.send(.request(1, "POST", "/p", ends: false))
        let padding = Frame(type: Frame.data, flags: 0x8, stream: 1, payload: [3, 0, 0, 0])
        #expect(flood(padded, padding) == 110)
    }

    @Test("rapid reset: requests that are reset in the same read are never served, and the connection ends")
    func rapidReset() {
        let conversation = HTTP2Conversation.opened()
        var id: UInt32 = 1
        while id < 20_000, !conversation.engine.isFinished {
            conversation.send(.request(id, "GET", "/x"), .reset(id))
            id += 2
        }
        #expect(id < 500)
        #expect(conversation.handler.handled.isEmpty)
        #expect(conversation.goAways.count == 1)
    }

    @Test("resets after the answer are limited as well")
    func lateReset() {
        let conversation = HTTP2Conversation.opened(settings: [(4, 0)])
        var id: UInt32 = 1
        while id < 20_000, !conversation.engine.isFinished {
            conversation.send(.request(id, "GET", "/x"))
            conversation.send(.reset(id))
            id += 2
        }
        #expect(id < 500)
        #expect(conversation.handler.handled.count <= 250)
    }

    @Test("CONTINUATION frames without end")
    func continuations() {
        let conversation = HTTP2Conversation.opened()
        var head = Frame.request(1, "GET", "/x")
        head.flags = Frame.endStream
        conversation.send(head)
        let more = Frame(type: Frame.continuation, stream: 1, payload: FieldBlock.literal("x", "y"))
        #expect(flood(conversation, perWrite: 1, more) <= 10)
        #expect(conversation.goAways.count == 1)
        #expect(conversation.handler.judged.isEmpty)
    }

    @Test(
        "MadeYouReset: streams that the peer makes us reset",
        arguments: [
            ("a window update of nothing, which is a connection error", Frame.windowUpdate(0, by: 0), 1),
            ("a window that overflows", Frame.windowUpdate(0, by: 0x7FFF_FFFF), enhanceYourCalm),
            ("a malformed trailer", Frame.headers(0, [(":path", "/")]), enhanceYourCalm),
        ] as [(String, Frame, UInt32)])
    func madeYouReset(_ row: (String, Frame, UInt32)) {
        let conversation = HTTP2Conversation.opened()
        var id: UInt32 = 1
        while id < 20_000, !conversation.engine.isFinished {
            var trick = row.1
            trick.stream = id
            conversation.send(.request(id, "POST", "/p", ends: false), trick)
            id += 2
        }
        #expect(id < 110)
        #expect(conversation.goAways.last?.last == row.2)
        #expect(conversation.handler.handled.isEmpty)
    }

    @Test("a SETTINGS frame of more than 16 entries")
    func manySettings() {
        let conversation = HTTP2Conversation.opened()
        conversation.send(.settings(Array(repeating: (1, 0), count: 17)))
        #expect(conversation.engine.isFinished)
        #expect(conversation.goAways.count == 1)
    }

    @Test("nothing that comes after the end is looked at")
    func afterTheEnd() {
        let conversation = HTTP2Conversation.opened()
        _ = flood(conversation, .ping())
        #expect(conversation.engine.isFinished)
        let frames = conversation.frames.count
        for id in stride(from: UInt32(1), to: 99, by: 2) {
            conversation.send(.request(id, "GET", "/x"), .windowUpdate(id, by: 0), .ping(), .data(id, "x"))
        }
        conversation.engine.beginDrain()
        conversation.engine.deadlinePassed()
        conversation.engine.receiveEnd()
        conversation.collect()
        #expect(conversation.frames.count == frames)
        #expect(conversation.handler.judged.isEmpty)
    }
}
