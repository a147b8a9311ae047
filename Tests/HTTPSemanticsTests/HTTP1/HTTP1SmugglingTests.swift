import HTTPSemantics
import Testing

/// A request whose meaning is in doubt, with the status it must get. A canary request follows each; it is never served.
struct DoubtfulRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let status: Int

    init(_ description: String, _ text: String, _ status: Int = 400) {
        testDescription = description
        bytes = Array(text.utf8)
        self.status = status
    }
}

private func get(_ fields: String) -> String { "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }
private func post(_ fields: String, _ body: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
}
private let canary = "GET /canary HTTP/1.1\r\nHost: a\r\n\r\n"

// The first words are the case names of Http11Probe (see the reliability notes); the bytes are our own.
private let lengthDoubts: [DoubtfulRequest] = [
    DoubtfulRequest("duplicate-cl, equal", post("Content-Length: 2\r\nContent-Length: 2\r\n", "ab")),
    DoubtfulRequest("duplicate-cl, different", post("Content-Length: 2\r\nContent-Length: 3\r\n", "abc")),
    DoubtfulRequest("duplicate-cl, in another case", post("Content-Length: 2\r\nCONTENT-LENGTH: 2\r\n", "ab")),
    DoubtfulRequest("cl-comma-different", post("Content-Length: 2, 3\r\n", "abc")),
    DoubtfulRequest("cl-comma-same", post("Content-Length: 2, 2\r\n", "ab")),
    DoubtfulRequest("cl-comma-trailing", post("Content-Length: 2,\r\n", "ab")),
    DoubtfulRequest("cl-leading-zeros", post("Content-Length: 02\r\n", "ab")),
    DoubtfulRequest("cl-leading-zeros-octal", post("Content-Length: 010\r\n", "12345678")),
    DoubtfulRequest("cl-double-zero", post("Content-Length: 00\r\n")),
    DoubtfulRequest("cl-plus", post("Content-Length: +2\r\n", "ab")),
    DoubtfulRequest("cl-negative", post("Content-Length: -1\r\n")),
    DoubtfulRequest("cl-negative-zero", post("Content-Length: -0\r\n")),
    DoubtfulRequest("cl-hex-prefix", post("Content-Length: 0x2\r\n", "ab")),
    DoubtfulRequest("cl-octal-prefix", post("Content-Length: 0o2\r\n", "ab")),
    DoubtfulRequest("cl-letters", post("Content-Length: two\r\n", "ab")),
    DoubtfulRequest("cl-decimal", post("Content-Length: 2.0\r\n", "ab")),
    DoubtfulRequest("cl-exponent", post("Content-Length: 1e1\r\n", "0123456789")),
    DoubtfulRequest("cl-underscore", post("Content-Length: 1_0\r\n", "0123456789")),
    DoubtfulRequest("cl-inner-space", post("Content-Length: 1 0\r\n", "0123456789")),
    DoubtfulRequest("cl-empty", post("Content-Length:\r\n")),
    DoubtfulRequest("cl-blank", post("Content-Length: \t \r\n")),
    DoubtfulRequest("cl-unicode-digit", post("Content-Length: \u{FF12}\r\n", "ab")),
    DoubtfulRequest("cl-overflow of 64 bits", post("Content-Length: 18446744073709551618\r\n", "ab")),
    DoubtfulRequest("cl-overflow of the sign", post("Content-Length: 9223372036854775808\r\n", "ab")),
    DoubtfulRequest("cl-overflow, very long", post("Content-Length: \(String(repeating: "9", count: 200))\r\n", "ab")),
    DoubtfulRequest("cl-space-before-colon", post("Content-Length : 2\r\n", "ab")),
    DoubtfulRequest("cl-tab-before-colon", post("Content-Length\t: 2\r\n", "ab")),
    DoubtfulRequest("cl-folded", post("Content-Length:\r\n 2\r\n", "ab")),
    DoubtfulRequest("cl on GET counts as well", get("Content-Length: 1\r\nContent-Length: 9\r\n") + "x"),
    DoubtfulRequest("cl-nul", post("Content-Length: 2\0\r\n", "ab")),
    DoubtfulRequest("post-without-length", post(""), 411),
    DoubtfulRequest("put-without-length", "PUT / HTTP/1.1\r\nHost: a\r\n\r\n", 411),
    DoubtfulRequest("expect-100-cl-desync", post("Expect: 100-continue\r\nContent-Length: 1\r\nContent-Length: 2\r\n")),
    DoubtfulRequest("expect-unknown", post("Expect: 200-ok\r\nContent-Length: 0\r\n"), 417),
    DoubtfulRequest("expect-list", post("Expect: 100-continue, x\r\nContent-Length: 0\r\n"), 417),
]

private let chunks = "0\r\n\r\n"
private let codingDoubts: [DoubtfulRequest] = [
    DoubtfulRequest("clte", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunks)),
    DoubtfulRequest("tecl", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunks)),
    DoubtfulRequest("clte, with a bad number", post("Transfer-Encoding: chunked\r\nContent-Length: x\r\n", chunks)),
    DoubtfulRequest("te-http10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks),
    DoubtfulRequest("te-chunked", post("Transfer-Encoding: chunked\r\n", chunks), 501),
    DoubtfulRequest("te on GET", get("Transfer-Encoding: chunked\r\n") + chunks, 501),
    DoubtfulRequest("te-identity", post("Transfer-Encoding: identity\r\n", chunks), 501),
    DoubtfulRequest("te-xchunked", post("Transfer-Encoding: xchunked\r\n", chunks), 501),
    DoubtfulRequest("te-gzip-chunked", post("Transfer-Encoding: gzip, chunked\r\n", chunks), 501),
    DoubtfulRequest("te-chunked-not-final", post("Transfer-Encoding: chunked, gzip\r\n", chunks), 501),
    DoubtfulRequest("te-duplicate", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", chunks), 501),
    DoubtfulRequest("te-empty", post("Transfer-Encoding:\r\n", chunks), 501),
    DoubtfulRequest("te-case", post("tRANSFER-eNCODING: CHUNKED\r\n", chunks), 501),
    DoubtfulRequest("te-vtab", post("Transfer-Encoding: \u{0B}chunked\r\n", chunks)),
    DoubtfulRequest("te-null", post("Transfer-Encoding: chunked\0\r\n", chunks)),
    DoubtfulRequest("te-obs-fold", post("Transfer-Encoding:\r\n chunked\r\n", chunks)),
    DoubtfulRequest("te-space-before-colon", post("Transfer-Encoding : chunked\r\n", chunks)),
    DoubtfulRequest("te-leading-space", post(" Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", chunks)),
    DoubtfulRequest("te-underscore is another field", post("Transfer_Encoding: chunked\r\n", chunks), 411),
    DoubtfulRequest("chunk-ext-lf", post("Transfer-Encoding: chunked\r\n", "1;a\nx\r\n0\r\n\r\n"), 501),
    DoubtfulRequest("chunk-negative", post("Transfer-Encoding: chunked\r\n", "-1\r\nx\r\n0\r\n\r\n"), 501),
    DoubtfulRequest("trailer-cl", post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 9\r\n\r\n"), 501),
]

private let lineDoubts: [DoubtfulRequest] = [
    DoubtfulRequest("bare-lf after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
    DoubtfulRequest("bare-lf after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"),
    DoubtfulRequest("bare-lf at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
    DoubtfulRequest("bare-lf first", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("bare-cr in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("bare-cr before the request line", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("bare-cr in a value", get("X: a\rY: b\r\n")),
    DoubtfulRequest("bare-cr in a name", get("X\rY: b\r\n")),
    DoubtfulRequest("cr-cr-lf", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"),
    DoubtfulRequest("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("obs-fold", get("X: a\r\n b\r\n")),
    DoubtfulRequest("obs-fold with a tab", get("X: a\r\n\tb\r\n")),
    DoubtfulRequest("obs-fold of the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    DoubtfulRequest("space-before-colon", get("X : b\r\n")),
    DoubtfulRequest("no colon", get("X\r\n")),
    DoubtfulRequest("empty name", get(": b\r\n")),
    DoubtfulRequest("a name with a bracket", get("X[1]: b\r\n")),
    DoubtfulRequest("a name beyond ASCII", get("\u{E9}: b\r\n")),
    DoubtfulRequest("a control byte in a value", get("X: a\u{01}b\r\n")),
    DoubtfulRequest("DEL in a value", get("X: a\u{7F}b\r\n")),
    DoubtfulRequest("nul-in-value", get("X: a\0b\r\n")),
    DoubtfulRequest("nul-in-name", get("X\0: b\r\n")),
    DoubtfulRequest("nul-in-url", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("a control byte in the target", "GET /\u{1F} HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("a byte beyond ASCII in the target", "GET /\u{E9} HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("a fragment in the target", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("two spaces after the method", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("two spaces after the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("a tab between", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("space first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("space last", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
    DoubtfulRequest("space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("HTTP/0.9", "GET /\r\n"),
    DoubtfulRequest("a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("asterisk form with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
    DoubtfulRequest("absolute form of another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("absolute form without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("absolute form with a user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("h2-preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    DoubtfulRequest("http-2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    DoubtfulRequest("http-1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
    DoubtfulRequest("http-0.9 in words", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
    DoubtfulRequest("version in small letters", "GET / http/1.1\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("version with two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("version without a dot", "GET / HTTP/11\r\nHost: a\r\n\r\n"),
    DoubtfulRequest("binary-garbage", "\u{16}\u{03}\u{01}\u{02}\0"),
]

private let hostDoubts: [DoubtfulRequest] = [
    DoubtfulRequest("no host", "GET / HTTP/1.1\r\nX: a\r\n\r\n"),
    DoubtfulRequest("no field at all", "GET / HTTP/1.1\r\n\r\n"),
    DoubtfulRequest("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    DoubtfulRequest("the same host twice", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"),
    DoubtfulRequest("empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    DoubtfulRequest("host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    DoubtfulRequest("host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    DoubtfulRequest("host list", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"),
    DoubtfulRequest("host with space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    DoubtfulRequest("host with a bad port", "GET / HTTP/1.1\r\nHost: a:8o\r\n\r\n"),
    DoubtfulRequest("host of a port only", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"),
    DoubtfulRequest("an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
    DoubtfulRequest("two hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
]

@Suite("HTTP/1.1: a message in doubt is refused, and nothing behind it is read")
struct HTTP1SmugglingTests {
    static let all = lengthDoubts + codingDoubts + lineDoubts + hostDoubts

    @Test("fed whole, with a canary behind it", arguments: all)
    func whole(_ row: DoubtfulRequest) {
        let conversation = HTTP1Conversation()
        conversation.send(row.bytes + Array(canary.utf8))
        expectRefused(conversation, row)
        #expect(conversation.engine.needsLingeringClose)
    }

    @Test("fed byte by byte, with a canary behind it", arguments: all)
    func byteByByte(_ row: DoubtfulRequest) {
        let conversation = HTTP1Conversation()
        for byte in row.bytes + Array(canary.utf8) { conversation.send([byte]) }
        expectRefused(conversation, row)
    }

    @Test("split in two at every point, with a canary behind it", arguments: all)
    func split(_ row: DoubtfulRequest) {
        let whole = HTTP1Conversation()
        whole.send(row.bytes)
        for cut in 1..<row.bytes.count {
            let conversation = HTTP1Conversation()
            conversation.send(Array(row.bytes[..<cut]))
            conversation.send(Array(row.bytes[cut...]) + Array(canary.utf8))
            #expect(conversation.answer == whole.answer, "cut at \(cut)")
            #expect(conversation.handler.handled.isEmpty, "cut at \(cut)")
        }
    }

    @Test("a good request before it is answered first", arguments: all)
    func behindGoodRequest(_ row: DoubtfulRequest) {
        let conversation = HTTP1Conversation()
        conversation.send(Array("GET /first HTTP/1.1\r\nHost: a\r\n\r\n".utf8) + row.bytes + Array(canary.utf8))
        let first = echo("get", "/first?")
        #expect(conversation.answer.hasPrefix(first))
        // Behind a request, one more empty line is the one that RFC 9112 section 2.2 allows.
        #expect(status(of: String(conversation.answer.dropFirst(first.count))) == row.status)
        #expect(conversation.handler.handled == ["/first"])
    }

    private func expectRefused(_ conversation: HTTP1Conversation, _ row: DoubtfulRequest) {
        #expect(status(of: conversation.answer) == row.status)
        #expect(conversation.answer.contains("\r\nConnection: close\r\n"))
        #expect(conversation.answer.split(separator: "HTTP/1.1 ").count == 1)
        #expect(conversation.engine.isFinished)
        #expect(conversation.handler.judged.isEmpty)
        #expect(conversation.handler.handled.isEmpty)
        #expect(conversation.budget.remaining == 1 << 20)
    }
}
