import HTTPTransport
import Testing

@testable import Kubernetes

@Suite("The lines of a watch")
struct WatchLinesTests {
    private func lines(_ pieces: [[UInt8]], limit: Int = 100) throws -> [String] {
        var framing = WatchLines(limit: limit)
        var lines: [String] = []
        for piece in pieces {
            framing.append(piece)
            while let line = try framing.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        return lines
    }

    @Test("are the same in one piece, byte by byte, and cut anywhere")
    func pieces() throws {
        let text = Array("{\"a\":1}\n\n{\"b\":\"é\"}\r\n{}\nrest".utf8)
        let expected = ["{\"a\":1}", "{\"b\":\"é\"}\r", "{}"]
        #expect(try lines([text]) == expected)
        #expect(try lines(text.map { [$0] }) == expected)
        for cut in 1..<text.count { #expect(try lines([Array(text[..<cut]), Array(text[cut...])]) == expected) }
    }

    @Test("are bounded, finished or not")
    func bounds() throws {
        let longest = [UInt8](repeating: 0x78, count: 10)
        #expect(try lines([longest + [0x0A]], limit: 10).count == 1)
        #expect(try lines([longest], limit: 10).isEmpty)
        let code = KubernetesError.Code.tooLarge
        #expect(#expect(throws: KubernetesError.self) { try lines([longest + [0x78]], limit: 10) }?.code == code)
        #expect(#expect(throws: KubernetesError.self) { try lines([longest + [0x78, 0x0A]], limit: 10) }?.code == code)
    }
}

@Suite("A line of a watch")
struct WatchNoticeTests {
    private func notice(_ line: String) throws -> WatchNotice {
        try WatchNotice(Array(line.utf8), MetadataSelection(annotations: ["x"]))
    }

    @Test("says what happened to an object")
    func objects() throws {
        #expect(try notice(event("ADDED", object("a", version: "1"))) == .applied(kept("a", "1")))
        #expect(try notice(event("MODIFIED", object("a", version: "2"))) == .applied(kept("a", "2")))
        #expect(try notice(event("DELETED", object("a", version: "3"))) == .deleted(kept("a", "3")))
        #expect(try notice(bookmark("9")) == .bookmark(resourceVersion: "9"))
        let gone = status(410, "Expired", "too old")
        #expect(
            try notice(event("ERROR", gone)) == .error(APIStatus(code: 410, reason: "Expired", message: "too old")))
    }

    @Test(
        "that is none is refused without a word of it",
        arguments: [
            "{", "[]", "{}", #"{"type":"ADDED"}"#, #"{"type":"ADDED","object":{}}"#,
            #"{"type":"\#(canary)","object":{"metadata":{"name":"a","resourceVersion":"1"}}}"#,
            #"{"type":"ADDED","object":{"metadata":{"name":"\#(canary)"}}}"#,
            #"{"type":"BOOKMARK","object":{"metadata":{}}}"#, #"{"type":"ADDED","object":"\#(canary)"} x"#,
        ])
    func malformed(line: String) {
        let error = #expect(throws: KubernetesError.self) { try notice(line) }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains(canary) == false)
    }

    @Test("gives owners, deletion and the annotations asked for")
    func metadata() throws {
        let extra = """
            ,"deletionTimestamp":"2026-08-22T11:00:00Z","annotations":{"x":"1","y":"2"},"labels":{"x":"no"},\
            "ownerReferences":[{"apiVersion":"batch/v1","kind":"Job","name":"j","uid":"u1"},\
            {"apiVersion":"kelos.dev/v1alpha1","kind":"Task","name":"t","uid":"u2","controller":true}]
            """
        guard case .applied(let object) = try notice(event("ADDED", object("a", version: "1", extra: extra))) else {
            Issue.record("not applied")
            return
        }
        #expect(object.deletionTimestamp == "2026-08-22T11:00:00Z")
        #expect(object.annotations == ["x": "1"])
        #expect(object.labels.isEmpty)
        #expect(object.owners.map(\.uid) == ["u1", "u2"])
        #expect(
            object.controller
                == .init(apiVersion: "kelos.dev/v1alpha1", kind: "Task", name: "t", uid: "u2", isController: true))
        #expect(object.key == ObjectKey(namespace: "ns", name: "a"))
    }
}
