import HTTP2
import HTTPSemantics
import Testing

@Suite("HTTP/2: flow control in both directions")
struct HTTP2FlowControlTests {
    @Test("an answer waits for the peer's window, and counts as awaited while it does")
    func smallWindow() {
        let conversation = HTTP2Conversation.opened(settings: [(4, 10)])
        conversation.send(.request(1, "POST", "/p", ends: false), .data(1, "0123456789"))
        #expect(conversation.answer(1).body == "post /p 01")
        #expect(!conversation.answer(1).isEnded)
        #expect(conversation.engine.waiting == HTTPWait(.body, ordinal: 1))
        conversation.send(.windowUpdate(1, by: 3))
        #expect(conversation.answer(1).body == "post /p 01234")
        conversation.send(.windowUpdate(1, by: 100))
        #expect(conversation.answer(1) == echo("post", "/p", "0123456789"))
        #expect(conversation.engine.waiting == HTTPWait(.request, ordinal: 1))
    }

    @Test("a peer that never opens its window is cut off at the deadline")
    func closedWindow() {
        let conversation = HTTP2Conversation.opened(settings: [(4, 0)])
        conversation.send((0..<100).map { .request(UInt32(1 + 2 * $0), "GET", "/x") })
        #expect(conversation.handler.handled.count == 100)
        #expect(conversation.engine.waiting == HTTPWait(.body, ordinal: 1))
        #expect(!conversation.engine.isFinished)
        conversation.engine.deadlinePassed()
        conversation.collect()
        #expect(conversation.engine.isFinished)
        #expect(conversation.goAways == [[199, 0]])
        #expect(conversation.engine.needsLingeringClose)
    }

    @Test("output is built as it is taken, 64 KiB and a frame at most at a time")
    func outputBound() {
        let conversation = HTTP2Conversation.opened(settings: [(4, 1 << 20)])
        conversation.send(.windowUpdate(0, by: 1 << 20))
        let request = Frame.request(1, "GET", "/large").bytes
        unsafe conversation.engine.receive(request.span.bytes, handler: conversation.handler)
        var largest = 0
        var total = 0
        while !conversation.engine.output.isEmpty {
            largest = max(largest, conversation.engine.output.count)
            total += conversation.engine.output.count
            conversation.engine.output.removeAll(keepingCapacity: true)
            conversation.engine.produceOutput()
        }
        #expect(largest < 64 * 1024 + 16 * 1024 + 9)
        #expect(total > 400_000)
    }

    @Test("a body of 7 MiB flows, with windows kept open for it")
    func largeBody() {
        let conversation = HTTP2Conversation.opened()
        let length = 7 * 1024 * 1024
        let piece = String(repeating: "x", count: 16 * 1024)
        conversation.send(.request(1, "POST", "/empty", [("content-length", "\(length)")], ends: false))
        var connectionWindow = 1024 * 1024
        var streamWindow = 256 * 1024
        var seen = conversation.frames.count
        for index in 0..<(length / piece.utf8.count) {
            connectionWindow -= piece.utf8.count
            streamWindow -= piece.utf8.count
            #expect(connectionWindow >= 0 && streamWindow >= 0)
            conversation.send(.data(1, piece, ends: (index + 1) * piece.utf8.count == length))
            for frame in conversation.frames[seen...] where frame.type == Frame.windowUpdate {
                let increment = Int(number(frame.payload))
                if frame.stream == 0 { connectionWindow += increment } else { streamWindow += increment }
            }
            seen = conversation.frames.count
        }
        #expect(conversation.answer(1).status == ":status: 200")
        #expect(conversation.handler.handled == ["/empty"])
        #expect(conversation.budget.remaining == 1 << 23)
    }
}
