import HTTPSemantics

/// One connection under test: what goes in, cut as the test wants it, and all that comes out.
final class HTTP1Conversation {
    let handler = ConversationHandler()
    let budget: BodyBudget
    let engine: HTTP1Engine
    private(set) var answer = ""

    init(limits: HTTPLimits = HTTPLimits(), budgetBytes: Int = 1 << 20) {
        budget = BodyBudget(bytes: budgetBytes)
        engine = HTTP1Engine(limits: limits, budget: budget)
    }

    func send(_ bytes: [UInt8]) {
        unsafe engine.receive(bytes.span.bytes, handler: handler)
        collect()
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func sendByteByByte(_ text: String) {
        for byte in text.utf8 where !engine.isFinished { send([byte]) }
    }

    /// Moves what the engine wrote into `answer`, as a driver writes it to the socket.
    func collect() {
        engine.produceOutput()
        answer += String(decoding: engine.output, as: UTF8.self)
        engine.output.removeAll(keepingCapacity: true)
    }
}

/// The answer of `ConversationHandler` to one request.
func echo(_ method: String, _ target: String, _ body: String = "", closes: Bool = false) -> String {
    let content = "\(method) \(target) \(body)"
    let ending = closes ? "Connection: close\r\n\r\n" : "\r\n"
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(content.utf8.count)\r\n" + ending + content
}

/// An engine's own refusal.
func refusal(_ status: String, _ line: String, extra: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: \(line.utf8.count + 1)\r\n"
        + extra + "Connection: close\r\n\r\n\(line)\n"
}

/// The status code of an answer's first message; 0 when there is none.
func status(of answer: String) -> Int {
    answer.hasPrefix("HTTP/1.1 ") ? Int(answer.dropFirst(9).prefix(3)) ?? 0 : 0
}
