import Testing

@testable import HTTPClient

@Suite struct AnswerHeadTests {
    private func head(_ lines: String...) -> AnswerHead? {
        var head = AnswerHead()
        for line in lines {
            guard head.add(Array(line.utf8)) else { return nil }
        }
        return head
    }

    @Test("The status is the number after the protocol", arguments: ["HTTP/1.1 404 Not Found\r\n", "HTTP/2 404\r\n"])
    func status(line: String) {
        let read = head(line, "\r\n")
        #expect(read?.status == 404)
        #expect(read?.isComplete == true)
    }

    @Test("Interim answers leave nothing behind")
    func interim() {
        let read = head("HTTP/1.1 100 Continue\r\n", "a: b\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "c: d\r\n")
        #expect(read?.isComplete == false)
        #expect(read?.status == 200)
        #expect(read?.fields.map(\.name) == ["c"])
    }

    @Test("Names are lowered, values trimmed, folded lines joined, and lines without a name dropped")
    func fields() {
        let read = head("HTTP/1.1 200 OK\r\n", "X-A:\t1 2 \r\n", " three\r\n", ": no\r\n", "no\r\n", "b:\n", "\r\n")
        #expect(read?.fields.map(\.name) == ["x-a", "b"])
        #expect(read?.fields.map(\.value) == ["1 2 three", ""])
    }

    @Test("Trailers are not part of the head")
    func trailers() {
        #expect(head("HTTP/1.1 200 OK\r\n", "\r\n", "x: y\r\n", "\r\n")?.fields.isEmpty == true)
    }

    @Test("The head is bounded in fields and in bytes")
    func bounds() {
        #expect(head(fields: AnswerHead.fieldLimit) != nil)
        #expect(head(fields: AnswerHead.fieldLimit + 1) == nil)
        let value = String(repeating: "b", count: AnswerHead.byteLimit - 5)
        #expect(head("a: \(value)\r\n") != nil)
        #expect(head("a: \(value)b\r\n") == nil)
        #expect(head("a: \(value)\r\n", "\r\n") == nil)
    }

    private func head(fields count: Int) -> AnswerHead? {
        var head = AnswerHead()
        for _ in 0..<count where !head.add(Array("a: b\r\n".utf8)) { return nil }
        return head
    }
}
