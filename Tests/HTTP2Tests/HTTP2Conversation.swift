import HTTP2
import HTTPSemantics

/// One connection under test, seen from its client.
final class HTTP2Conversation {
    /// All that came back on one stream.
    struct Answer: Equatable {
        /// One block of `name: value` lines for each HEADERS frame.
        var blocks: [[String]] = []
        var body = ""
        var isEnded = false
        /// The error code of a RST_STREAM.
        var resetCode: UInt32?

        var fields: [String] { blocks.last ?? [] }
        var status: String { fields.first ?? "none" }
    }

    /// The entries of a client's SETTINGS frame: no table for its decoder, so that `FieldBlock` needs none.
    static let plainSettings: [(UInt16, UInt32)] = [(1, 0)]

    let handler = EchoHandler()
    let budget: BodyBudget
    let engine: HTTP2Engine
    private(set) var answers: [UInt32: Answer] = [:]
    /// Every frame that came back, in order.
    private(set) var frames: [Frame] = []
    private var pending: [UInt8] = []

    init(limits: HTTPLimits = HTTPLimits(), budgetBytes: Int = 1 << 23) {
        budget = BodyBudget(bytes: budgetBytes)
        engine = HTTP2Engine(limits: limits, budget: budget)
    }

    /// A connection whose preface and settings are exchanged.
    static func opened(
        limits: HTTPLimits = HTTPLimits(), budgetBytes: Int = 1 << 23, settings: [(UInt16, UInt32)] = []
    ) -> HTTP2Conversation {
        let conversation = HTTP2Conversation(limits: limits, budgetBytes: budgetBytes)
        conversation.send(Frame.preface + Frame.settings(plainSettings + settings).bytes)
        conversation.send(Frame.settingsAcknowledgement())
        return conversation
    }

    func send(_ frames: Frame...) {
        send(frames.flatMap(\.bytes))
    }

    func send(_ frames: [Frame]) {
        send(frames.flatMap(\.bytes))
    }

    /// Sends as a driver does: never while there is output.
    func send(_ bytes: [UInt8]) {
        collect()
        unsafe engine.receive(bytes.span.bytes, handler: handler)
        collect()
    }

    /// Reads all that the engine has to say.
    func collect() {
        while true {
            engine.produceOutput()
            guard !engine.output.isEmpty else { return }
            pending += engine.output
            engine.output.removeAll(keepingCapacity: true)
            for frame in Frame.take(from: &pending) { note(frame) }
        }
    }

    private func note(_ frame: Frame) {
        frames.append(frame)
        switch frame.type {
        case Frame.headers: answers[frame.stream, default: Answer()].blocks.append(FieldBlock.decode(frame.payload))
        case Frame.data: answers[frame.stream, default: Answer()].body += String(decoding: frame.payload, as: UTF8.self)
        case Frame.reset: answers[frame.stream, default: Answer()].resetCode = number(frame.payload)
        default: break
        }
        if frame.endsStream { answers[frame.stream, default: Answer()].isEnded = true }
    }

    func answer(_ stream: UInt32) -> Answer { answers[stream] ?? Answer() }

    /// Last stream and error code of each GOAWAY.
    var goAways: [[UInt32]] {
        frames.filter { $0.type == Frame.goAway }.map { [number($0.payload[0..<4]), number($0.payload[4..<8])] }
    }

    func count(of type: UInt8, flags: UInt8 = 0) -> Int {
        frames.count { $0.type == type && $0.flags == flags }
    }
}

/// The answer of `EchoHandler` to one request.
func echo(_ method: String, _ path: String, _ body: String = "") -> HTTP2Conversation.Answer {
    let text = "\(method) \(path) \(body)"
    let fields = [":status: 200", "content-type: text/plain", "content-length: \(text.utf8.count)"]
    return HTTP2Conversation.Answer(blocks: [fields], body: text, isEnded: true)
}

/// An engine's own refusal.
func refusal(
    _ status: Int, _ line: String, retryAfter: Bool = false, resetCode: UInt32? = nil
) -> HTTP2Conversation.Answer {
    let fields = [
        ":status: \(status)", "content-type: text/plain; charset=utf-8", "content-length: \(line.utf8.count + 1)",
    ]
    return HTTP2Conversation.Answer(
        blocks: [retryAfter ? fields + ["retry-after: 1"] : fields], body: line + "\n", isEnded: true,
        resetCode: resetCode)
}
