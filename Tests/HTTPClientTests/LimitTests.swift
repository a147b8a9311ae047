import HTTPClient
import HTTPTransport
import ServerTestSupport
import Testing

@Suite struct LimitTests {
    /// What a peer sends and how the request then ends.
    private func error(
        _ answer: String, limit: Int = 1000, timeout: Duration = .milliseconds(Patience.milliseconds),
        thenEnds: Bool = false
    ) async throws -> TransportError? {
        let peer = try ScriptedPeer()
        return try await HTTPClient.run { client in
            let request = OutgoingRequest("GET", "\(peer.url)/", timeout: timeout, responseLimit: limit)
            async let outcome = failure { try await client.send(request) }
            let (connection, _) = try await onOwnThread { try peer.acceptRequest() }
            try await onOwnThread {
                // A client that has refused the answer's beginning may be gone before its end.
                try? connection.write(answer)
                if thenEnds { connection.finishSending() }
            }
            return await outcome
        }
    }

    @Test("A body of exactly the limit is accepted and one byte more is not", arguments: [false, true])
    func bodyLimit(isChunked: Bool) async throws {
        func answer(_ count: Int) -> String {
            let body = String(repeating: "b", count: count)
            return isChunked
                ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
                : "HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n\(body)"
        }
        #expect(try await error(answer(50), limit: 50) == nil)
        #expect(try await error(answer(51), limit: 50)?.code == .responseTooLarge)
        #expect(try await error(answer(1), limit: 0)?.code == .responseTooLarge)
    }

    @Test("An answer with too many or too long fields is refused")
    func fieldLimits() async throws {
        let end = "Content-Length: 0\r\n\r\n"
        let many = String(repeating: "a: b\r\n", count: 300)
        #expect(try await error("HTTP/1.1 200 OK\r\n\(many)\(end)")?.code == .responseTooLarge)
        let long = "a: \(String(repeating: "b", count: 70_000))\r\n"
        #expect(try await error("HTTP/1.1 200 OK\r\n\(long)\(end)")?.code == .responseTooLarge)
        let allowed = String(repeating: "a: b\r\n", count: 200)
        #expect(try await error("HTTP/1.1 200 OK\r\n\(allowed)\(end)") == nil)
    }

    @Test(
        "A peer that vanishes before the answer is whole interrupts it",
        arguments: [
            "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
        ])
    func vanishing(answer: String) async throws {
        #expect(try await error(answer, thenEnds: true)?.code == .interrupted)
    }

    @Test("What is not HTTP is no answer", arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "hello\r\n\r\nworld"])
    func notHTTP(answer: String) async throws {
        let code = try await error(answer, thenEnds: true)?.code
        #expect(code == .interrupted || code == .invalidRequest)
    }

    @Test(
        "A peer that does not finish in time is given up, whatever it has sent",
        arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"])
    func timeout(answer: String) async throws {
        #expect(try await error(answer, timeout: .seconds(1))?.code == .timedOut)
    }

    @Test("A connection that had to be given up is not used again")
    func noReuseAfterTimeout() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            let request = OutgoingRequest("GET", peer.url, timeout: .milliseconds(500))
            #expect(await failure { try await client.send(request) }?.code == .timedOut)
            let connection = try await onOwnThread { try peer.accept() }
            #expect(try await onOwnThread { connection.isCut() })
        }
    }

    @Test("A port where nobody listens is a failure to connect")
    func refusedConnection() async throws {
        let port = try ScriptedPeer().port
        try await HTTPClient.run { client in
            let error = await failure { try await client.send(OutgoingRequest("GET", "https://127.0.0.1:\(port)/")) }
            #expect(error?.code == .connectFailed)
            #expect(error?.message == "127.0.0.1:\(port): cannot connect: Connection refused")
        }
    }

    @Test("A host without an address is told apart from one that does not answer")
    func unresolvedName() async throws {
        // A label of 64 bytes (RFC 1035 section 2.3.4 allows 63) fails in the resolver, before any network.
        let host = "\(String(repeating: "a", count: 64)).test"
        try await HTTPClient.run { client in
            let error = await failure { try await client.send(OutgoingRequest("GET", "https://\(host)/")) }
            #expect(error?.code == .nameNotResolved)
            #expect(error?.message == "\(host): Couldn't resolve host name")
        }
    }

    @Test("A server that never answers the TLS handshake is given up")
    func silentHandshake() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run {
            $0.connectTimeout = .milliseconds(100)
        } _: { client in
            let url = "https://127.0.0.1:\(peer.port)/"
            #expect(await failure { try await client.send(OutgoingRequest("GET", url)) }?.code == .timedOut)
        }
    }
}
