import HTTPClient
import HTTPTransport
import ServerTestSupport
import Testing

@Suite struct RequestTests {
    @Test("A request goes out with exactly its method, target, fields and body", arguments: ["POST", "PATCH", "PUT"])
    func exactRequest(method: String) async throws {
        let peer = try ScriptedPeer()
        let body: [UInt8] = [0, 0xFF] + Array("{\"a\":1}".utf8)
        let request = OutgoingRequest(
            method, "\(peer.url)/a/b%20c?x=1&y",
            fields: [
                ("authorization", "Bearer t"), ("content-type", "application/merge-patch+json"), ("x-empty", ""),
                ("accept", "application/json"),
            ], body: body)
        try await HTTPClient.run { client in
            async let answer = client.send(request)
            let (connection, head) = try await onOwnThread { try peer.acceptRequest() }
            #expect(try await onOwnThread { try connection.read(body.count) } == body)
            try await onOwnThread { try connection.write("HTTP/1.1 204 No Content\r\n\r\n") }
            #expect(try await answer.status == 204)
            let lines = head.split(separator: "\r\n").map(String.init)
            #expect(lines.first == "\(method) /a/b%20c?x=1&y HTTP/1.1")
            #expect(
                Set(lines.dropFirst()) == [
                    "Host: 127.0.0.1:\(peer.port)", "authorization: Bearer t",
                    "content-type: application/merge-patch+json", "x-empty:", "accept: application/json",
                    "user-agent: kelos-token", "Content-Length: 9",
                ])
        }
    }

    @Test("A request adds nothing but host and user agent by itself", arguments: ["GET", "DELETE", "HEAD"])
    func bareRequest(method: String) async throws {
        let peer = try ScriptedPeer()
        let request = OutgoingRequest(method, "\(peer.url)/", fields: [("user-agent", "own")])
        try await HTTPClient.run { client in
            async let answer = client.send(request)
            let (connection, head) = try await onOwnThread { try peer.acceptRequest() }
            try await onOwnThread {
                try connection.write("HTTP/1.1 404 Not Found\r\nContent-Length: \(method == "HEAD" ? 9 : 0)\r\n\r\n")
            }
            #expect(try await answer.status == 404)
            #expect(head == "\(method) / HTTP/1.1\r\nHost: 127.0.0.1:\(peer.port)\r\nuser-agent: own\r\n\r\n")
        }
    }

    @Test("A POST without a body says so and never waits for permission to send")
    func emptyAndLargeBodies() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            for size in [0, 2 * 1024 * 1024] {
                let request = OutgoingRequest("POST", peer.url, body: [UInt8](repeating: 7, count: size))
                async let answer = client.send(request)
                let (connection, head) = try await onOwnThread { try peer.acceptRequest() }
                let body = try await onOwnThread { try connection.read(size) }
                try await onOwnThread {
                    try connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                }
                #expect(try await answer.status == 200)
                #expect(body.count == size && body.allSatisfy { $0 == 7 })
                #expect(head.contains("\r\nContent-Length: \(size)\r\n"))
                #expect(!head.lowercased().contains("expect") && !head.lowercased().contains("content-type"))
            }
        }
    }

    @Test("An answer comes with its status, its fields in order and in lower case, and its body")
    func exactAnswer() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            async let pending = client.send(OutgoingRequest("GET", peer.url))
            let (connection, _) = try await onOwnThread { try peer.acceptRequest() }
            try await onOwnThread {
                try connection.write(
                    "HTTP/1.1 103 Early Hints\r\nlink: no\r\n\r\nHTTP/1.1 503 Busy\r\nRetry-After: 7\r\nX-A: 1\r\nx-a:2 \r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n3\r\na\0b\r\n0\r\nx-trailer: no\r\n\r\n")
            }
            let answer = try await pending
            #expect(answer.status == 503)
            #expect(answer.fields.map(\.name) == ["retry-after", "x-a", "x-a", "transfer-encoding"])
            #expect(answer.fields.map(\.value) == ["7", "1", "2", "chunked"])
            #expect(answer.value(of: "retry-after") == "7")
            #expect(answer.body == [0x61, 0, 0x62])
        }
    }

    @Test("A redirect is an answer like any other")
    func redirect() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            async let pending = client.send(OutgoingRequest("GET", "\(peer.url)/from"))
            let (connection, _) = try await onOwnThread { try peer.acceptRequest() }
            try await onOwnThread {
                try connection.write(
                    "HTTP/1.1 302 Found\r\nLocation: \(peer.url)/to\r\nContent-Length: 0\r\n\r\n")
            }
            let answer = try await pending
            #expect(answer.status == 302)
            #expect(answer.value(of: "location") == "\(peer.url)/to")
        }
    }
}
