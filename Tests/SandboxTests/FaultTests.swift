import HTTPSemantics
import PodManifests
import Sandbox
import Synchronization
import Testing

@Suite("Fault scripts spoil the answers they name")
struct FaultTests {
    /// Answers everything and counts what it did.
    private final class Counter: SandboxService {
        let calls = Mutex(0)
        func answer(_ request: SandboxRequest) -> SandboxAnswer {
            calls.withLock { $0 += 1 }
            var answer = WholeAnswer(200, ["done": "yes"])
            answer.fields = [("date", "today")]
            return .whole(answer)
        }
        var count: Int { calls.withLock { $0 } }
    }

    private let service = Counter()

    private func faulty(_ script: ManifestValue, later: @escaping FaultyService.Later = { _, _ in }) throws
        -> FaultyService
    {
        FaultyService(service, script: try FaultScript(script), later: later)
    }

    /// What an HTTP/1.1 client gets, and whether the connection is finished.
    private func wire(_ answer: SandboxAnswer) throws -> (text: String, isFinished: Bool) {
        final class Handler: RequestHandler {
            let stream: ResponseStream
            init(_ stream: ResponseStream) { self.stream = stream }
            func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool { true }
            func handle(_ head: RequestHead, body: RawSpan, response: inout Response) { response.stream = stream }
        }
        guard case .later(let stream) = answer else { throw APIStatus.badRequest("whole") }
        let engine = HTTP1Engine(limits: HTTPLimits(), budget: BodyBudget(bytes: 1 << 20))
        let request = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        unsafe engine.receive(request.span.bytes, handler: Handler(stream))
        var text = ""
        while !engine.output.isEmpty {
            text += String(decoding: engine.output, as: UTF8.self)
            engine.output.removeAll()
            engine.produceOutput()
        }
        return (text, engine.isFinished)
    }

    @Test("by method, path and number, and the request takes no effect")
    func matching() throws {
        let faulty = try faulty([
            [
                "method": "PATCH", "path": "/secrets/", "skip": .number(1), "count": .number(2), "status": .number(429),
                "reason": "TooManyRequests", "fields": ["Retry-After": "2"],
            ]
        ])
        let patch = SandboxRequest("PATCH", "/api/v1/namespaces/a/secrets/b")
        #expect(faulty.answer(SandboxRequest("GET", "/api/v1/namespaces/a/secrets/b")).whole?.status == 200)
        #expect(faulty.answer(patch).whole?.status == 200)
        let refused = try #require(faulty.answer(patch).whole)
        #expect(refused.status == 429)
        #expect(refused.fields.map(\.name) == ["retry-after"])
        #expect(try ManifestValue(json: refused.body)["reason"] == "TooManyRequests")
        #expect(faulty.answer(patch).whole?.status == 429)
        #expect(faulty.answer(patch).whole?.status == 200)
        #expect(service.count == 3)
    }

    @Test("fields come to those of the answer, or in their place")
    func fields() throws {
        let faulty = try faulty([["fields": ["Date": "yesterday", "X-Other": "too"]]])
        let spoilt = try #require(faulty.answer(SandboxRequest("GET", "/")).whole)
        #expect(spoilt.fields.map { "\($0.name): \($0.value)" } == ["date: yesterday", "x-other: too"])
        #expect(spoilt.status == 200)
        #expect(service.count == 1)
    }

    @Test("a body is cut and the connection breaks")
    func truncated() throws {
        let cut = try wire(try faulty([["cut": .number(5), "ending": "abort"]]).answer(SandboxRequest("GET", "/")))
        #expect(cut.text.hasSuffix("\r\n\r\n5\r\n{\"don\r\n"))
        #expect(cut.isFinished)
    }

    @Test("a connection closes without an answer, though the request took effect if told so")
    func closed() throws {
        let lost = try wire(try faulty([["ending": "abort"]]).answer(SandboxRequest("GET", "/")))
        #expect(lost.text.isEmpty && lost.isFinished)
        #expect(service.count == 0)
        let done = try faulty([["ending": "abort", "perform": .bool(true)]]).answer(SandboxRequest("GET", "/"))
        #expect(try wire(done).text.isEmpty)
        #expect(service.count == 1)
    }

    @Test("a stalled answer stays open without a byte")
    func stalled() throws {
        let stalled = try wire(try faulty([["ending": "stall"]]).answer(SandboxRequest("GET", "/")))
        #expect(stalled.text.isEmpty && !stalled.isFinished)
    }

    @Test("a delayed answer comes whole, after its delay")
    func delayed() throws {
        let waiting = Mutex<[(Int, @Sendable () -> Void)]>([])
        let faulty = try faulty([["delayMilliseconds": .number(300), "contentType": "text/html", "body": "<p>"]]) {
            milliseconds, action in waiting.withLock { $0.append((milliseconds, action)) }
        }
        let answer = faulty.answer(SandboxRequest("GET", "/"))
        for (milliseconds, action) in waiting.withLock({ $0 }) {
            #expect(milliseconds == 300)
            action()
        }
        let text = try wire(answer).text
        #expect(text.contains("\r\nContent-Type: text/html\r\n"))
        #expect(text.hasSuffix("3\r\n<p>\r\n0\r\n\r\n"), "\(text)")
    }

    @Test("the endpoint adds faults, and says what it does not understand")
    func endpoint() throws {
        let faulty = try faulty([])
        func post(_ body: String) -> WholeAnswer? {
            faulty.answer(SandboxRequest("POST", "/sandbox/faults", body: Array(body.utf8))).whole
        }
        #expect(post("[{\"status\": 500}]")?.status == 200)
        #expect(faulty.remaining == 1)
        #expect(post("[{\"stauts\": 500}]")?.status == 400)
        #expect(faulty.answer(SandboxRequest("DELETE", "/sandbox/faults")).whole?.status == 200)
        #expect(faulty.remaining == 0)
    }
}
