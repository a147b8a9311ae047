import HTTPClient
import HTTPTransport
import Platform
import ServerTestSupport
import Testing

@Suite struct ConnectionTests {
    @Test("Requests at the same time share one HTTP/2 connection")
    func multiplexing() async throws {
        try await TestServer.run { server in
            try await HTTPClient.run { client in
                let answers = try await withThrowingTaskGroup(of: String.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            let answer = try await client.send(
                                OutgoingRequest(
                                    "POST", "\(server.url)/n\(number)?q", fields: [("x-field", "f\(number)")],
                                    body: Array("body \(number)".utf8)))
                            #expect(answer.status == 200)
                            #expect(answer.value(of: "x-seen") == "yes")
                            return String(decoding: answer.body, as: UTF8.self)
                        }
                    }
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(answers == Set((0..<40).map { "/n\($0)?q f\($0) body \($0)" }))
                #expect(server.events.accepted == 1)
                #expect(server.events.http2 == 1)
            }
        }
    }

    @Test("Answers on a shared connection come in any order, and one that is reset harms no other")
    func concurrency() async throws {
        let count = 20
        let peer = try await onOwnThread { try HTTP2Peer(count: count) }
        defer { peer.end() }
        try await HTTPClient.run { client in
            @Sendable func ask(_ path: String) async -> String {
                do {
                    let answer = try await client.send(OutgoingRequest("GET", "https://127.0.0.1:\(peer.port)\(path)"))
                    return String(decoding: answer.body, as: UTF8.self)
                } catch {
                    return error.label
                }
            }
            let answers = await withTaskGroup(of: String.self) { group in
                group.addTask { await ask("/reset") }
                for number in 1..<count { group.addTask { await ask("/\(number)") } }
                return await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(answers == Set((1..<count).map { "/\($0)" } + ["interrupted"]))
        }
    }

    @Test("Requests one after the other reuse a connection", arguments: [true, false])
    func reuse(offersHTTP2: Bool) async throws {
        try await TestServer.run(offersHTTP2: offersHTTP2) { server in
            try await HTTPClient.run { client in
                for _ in 0..<10 { try await client.expectOK(server.url) }
                #expect(server.events.accepted == 1)
                #expect(server.events.http2 == (offersHTTP2 ? 1 : 0))
            }
        }
    }

    @Test("A stream has a connection of its own, and while it is held back others are answered")
    func streamBesideRequests() async throws {
        try await TestServer.run { server in
            try await HTTPClient.run { client in
                _ = try await client.send(OutgoingRequest("GET", server.url))
                let stream = try await client.stream(OutgoingRequest("GET", "\(server.url)/large", responseLimit: 1000))
                for _ in 0..<5 { try await client.expectOK(server.url) }
                var count = 0
                for try await piece in stream.body { count += piece.count }
                #expect(count == EchoHandler.largeBytes)
                #expect(server.events.accepted == 2)
                #expect(server.events.http2 == 1)
            }
        }
    }

    @Test("A server whose authority is not the given one is refused")
    func wrongAuthority() async throws {
        let certificates = try Certificates.shared.get()
        try await TestServer.run { server in
            try await HTTPClient.run {
                $0.tls.authorities = certificates.otherAuthority
            } _: { client in
                let error = await failure { try await client.send(OutgoingRequest("GET", server.url)) }
                #expect(error?.code == .tlsFailed)
                #expect(
                    error?.message
                        == "\(server.address): the server's certificate is not trusted: its issuer is not trusted")
                client.use(ClientTLS(authorities: certificates.authority))
                try await client.expectOK(server.url)
                client.use(ClientTLS(authorities: certificates.otherAuthority))
                let again = await failure { try await client.send(OutgoingRequest("GET", server.url)) }
                #expect(again?.code == .tlsFailed)
            }
        }
    }

    @Test("Without authorities of its own a client trusts the system's")
    func systemAuthorities() async throws {
        try await TestServer.run { server in
            try await HTTPClient.run {
                $0.tls.authorities = nil
            } _: { client in
                #expect(await failure { try await client.send(OutgoingRequest("GET", server.url)) }?.code == .tlsFailed)
            }
        }
    }

    @Test("A certificate for another host is refused")
    func wrongHost() async throws {
        try await TestServer.run { server in
            try await HTTPClient.run { client in
                let url = "https://localhost:\(server.address.port)"
                #expect(await failure { try await client.send(OutgoingRequest("GET", url)) }?.code == .tlsFailed)
            }
        }
    }

    @Test("A client shows its certificate to a server that asks for one")
    func clientCertificate() async throws {
        let certificates = try Certificates.shared.get()
        try await TestServer.run(requiresClientCertificate: true) { server in
            try await HTTPClient.run { client in
                let error = await failure { try await client.send(OutgoingRequest("GET", server.url)) }
                // In TLS 1.3 the client learns it after the handshake (RFC 8446 section 4.4.2.4), unless the server's close
                // reaches it first.
                #expect(error?.code == .tlsFailed || error?.code == .interrupted)
                client.use(
                    ClientTLS(
                        authorities: certificates.authority, certificate: certificates.client.certificate,
                        key: certificates.client.key))
                try await client.expectOK(server.url)
            }
        }
    }

    @Test("A key that does not belong to the certificate is a TLS error")
    func mismatchedPair() async throws {
        let certificates = try Certificates.shared.get()
        try await TestServer.run(requiresClientCertificate: true) { server in
            try await HTTPClient.run {
                $0.tls.certificate = certificates.client.certificate
                $0.tls.key = certificates.server.key
            } _: { client in
                #expect(await failure { try await client.send(OutgoingRequest("GET", server.url)) }?.code == .tlsFailed)
            }
        }
    }

    @Test("The library names itself and its parts")
    func libraryVersion() {
        #expect(HTTPClient.libraryVersion.hasPrefix("libcurl/"))
        #expect(HTTPClient.libraryVersion.contains("OpenSSL/"))
        #expect(HTTPClient.libraryVersion.contains("nghttp2/"))
    }
}
