import HTTPSemantics
import Testing

/// Requests and the exact bytes that answer them.
struct ExactAnswer: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let request: String
    let answer: String
    let closes: Bool

    init(_ description: String, _ request: String, _ answer: String, closes: Bool = false) {
        testDescription = description
        self.request = request
        self.answer = answer
        self.closes = closes
    }
}

private let host = "Host: a\r\n"

let exactAnswers: [ExactAnswer] = [
    ExactAnswer("a GET", "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", echo("get", "/x?")),
    ExactAnswer("a query", "GET /x?timeout=10s HTTP/1.1\r\n\(host)\r\n", echo("get", "/x?timeout=10s")),
    ExactAnswer("two question marks", "GET /x?a?b HTTP/1.1\r\n\(host)\r\n", echo("get", "/x?a?b")),
    ExactAnswer(
        "a POST as the API server sends it",
        "POST /mutate?timeout=10s HTTP/1.1\r\nHost: kelos-token.kelos-system.svc:443\r\n"
            + "User-Agent: kube-apiserver-admission\r\nContent-Length: 4\r\nAccept: application/json, */*\r\n"
            + "Content-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\nbody",
        echo("post", "/mutate?timeout=10s", "body")),
    ExactAnswer("an empty POST", "POST / HTTP/1.1\r\n\(host)Content-Length: 0\r\n\r\n", echo("post", "/?")),
    ExactAnswer(
        "a body on GET is read and ignored",
        "GET / HTTP/1.1\r\n\(host)Content-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\n\(host)\r\n",
        echo("get", "/?", "hi") + echo("get", "/b?")),
    ExactAnswer(
        "HEAD states the length and sends no body",
        "HEAD /x HTTP/1.1\r\n\(host)\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n"),
    ExactAnswer(
        "extra fields in capitals",
        "GET /wrong-method HTTP/1.1\r\n\(host)\r\n",
        "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n"
            + "Allow: POST\r\n\r\nno\n"),
    ExactAnswer(
        "Connection: close", "GET / HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", echo("get", "/?", closes: true),
        closes: true),
    ExactAnswer(
        "close within a list, in capitals",
        "GET / HTTP/1.1\r\n\(host)Connection: foo ,\tCLOSE, x\r\n\r\n", echo("get", "/?", closes: true), closes: true),
    ExactAnswer(
        "closed is not close", "GET / HTTP/1.1\r\n\(host)Connection: closed\r\n\r\n", echo("get", "/?")),
    ExactAnswer(
        "Upgrade is ignored",
        "GET / HTTP/1.1\r\n\(host)Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
        echo("get", "/?")),
    ExactAnswer("HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\n", echo("get", "/?", closes: true), closes: true),
    ExactAnswer(
        "HTTP/1.0 closes though keep-alive is asked for",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", echo("get", "/?", closes: true), closes: true),
    ExactAnswer(
        "HTTP/1.0 expectations are ignored",
        "GET / HTTP/1.0\r\nExpect: something\r\n\r\n", echo("get", "/?", closes: true), closes: true),
    ExactAnswer(
        "one empty line first", "\r\nGET / HTTP/1.1\r\n\(host)\r\n", echo("get", "/?")),
    ExactAnswer(
        "an empty line after a body",
        "POST / HTTP/1.1\r\n\(host)Content-Length: 1\r\n\r\nx\r\nGET /b HTTP/1.1\r\n\(host)\r\n",
        echo("post", "/?", "x") + echo("get", "/b?")),
    ExactAnswer(
        "absolute form", "GET http://a:80/x?q HTTP/1.1\r\n\(host)\r\n", echo("get", "/x?q")),
    ExactAnswer(
        "absolute form in capitals without a path", "GET HTTPS://[::1] HTTP/1.1\r\n\(host)\r\n", echo("get", "/?")),
    ExactAnswer("asterisk form", "OPTIONS * HTTP/1.1\r\n\(host)\r\n", echo("options", "*?")),
    ExactAnswer("an unknown method", "FROB / HTTP/1.1\r\n\(host)\r\n", echo("other", "/?")),
    ExactAnswer("methods have a case", "get / HTTP/1.1\r\n\(host)\r\n", echo("other", "/?")),
    ExactAnswer(
        "space around a value", "GET / HTTP/1.1\r\nHost: \t a \t\r\nX:\r\nY: \t\r\nZ:a b\r\n\r\n", echo("get", "/?")),
    ExactAnswer(
        "obs-text in a value", "GET / HTTP/1.1\r\n\(host)X: \u{E9}\r\n\r\n", echo("get", "/?")),
    ExactAnswer(
        "three requests in one write",
        "POST /a HTTP/1.1\r\n\(host)Content-Length: 3\r\n\r\noneGET /b HTTP/1.1\r\n\(host)\r\n"
            + "POST /c HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nthree",
        echo("post", "/a?", "one") + echo("get", "/b?") + echo("post", "/c?", "three")),
    ExactAnswer(
        "nothing is answered after an answer that closes",
        "GET /last HTTP/1.1\r\n\(host)\r\nGET /canary HTTP/1.1\r\n\(host)\r\n",
        echo("get", "/last?", closes: true), closes: true),
    ExactAnswer(
        "a request refused by its head, without a body, keeps the connection",
        "GET /refused HTTP/1.1\r\n\(host)\r\nGET /b HTTP/1.1\r\n\(host)\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 8\r\n\r\nrefused\n"
            + echo("get", "/b?")),
    ExactAnswer(
        "a request refused by its head, with a body, closes",
        "POST /refused HTTP/1.1\r\n\(host)Content-Length: 4\r\n\r\nbodyGET /canary HTTP/1.1\r\n\(host)\r\n",
        refusal("404 Not Found", "refused"), closes: true),
]

@Suite("HTTP/1.1: exact answers, however the bytes are cut")
struct HTTP1ExactAnswerTests {
    @Test("fed whole", arguments: exactAnswers)
    func whole(_ row: ExactAnswer) {
        let conversation = HTTP1Conversation()
        conversation.send(row.request)
        #expect(conversation.answer == row.answer)
        #expect(conversation.engine.isFinished == row.closes)
        #expect(conversation.budget.remaining == 1 << 20)
    }

    @Test("fed byte by byte", arguments: exactAnswers)
    func byteByByte(_ row: ExactAnswer) {
        let conversation = HTTP1Conversation()
        conversation.sendByteByByte(row.request)
        #expect(conversation.answer == row.answer)
        #expect(conversation.engine.isFinished == row.closes)
        #expect(conversation.budget.remaining == 1 << 20)
    }

    @Test("split in two at every point", arguments: exactAnswers)
    func split(_ row: ExactAnswer) {
        let bytes = Array(row.request.utf8)
        for cut in 1..<bytes.count {
            let conversation = HTTP1Conversation()
            conversation.send(Array(bytes[..<cut]))
            conversation.send(Array(bytes[cut...]))
            #expect(conversation.answer == row.answer, "cut at \(cut)")
            #expect(conversation.engine.isFinished == row.closes, "cut at \(cut)")
        }
    }

    @Test("the same connection serves the same request again", arguments: exactAnswers.filter { !$0.closes })
    func again(_ row: ExactAnswer) {
        let conversation = HTTP1Conversation()
        for _ in 0..<3 { conversation.send(row.request) }
        #expect(conversation.answer == row.answer + row.answer + row.answer)
    }
}
