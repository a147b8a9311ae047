import HTTPClient
import HTTPTransport
import Platform
import ServerTestSupport
import Testing

@Suite struct ProxyTests {
    @Test("An https request goes through the proxy, which resolves its host")
    func tunnel() async throws {
        try await TestServer.run { server in
            let proxy = try ConnectProxy(to: server.address)
            try await HTTPClient.run {
                $0.proxy = ProxySettings(url: "http://someone:pass@127.0.0.1:\(proxy.port)", exceptions: "other.test")
            } _: { client in
                let host = "\(Certificates.proxiedHost):8443"
                async let pending = client.send(
                    OutgoingRequest("GET", "https://\(host)/p", fields: [("x-field", "v"), ("authorization", "a")]))
                let connect = try await onOwnThread { try proxy.serve() }
                let answer = try await pending
                #expect(String(decoding: answer.body, as: UTF8.self) == "/p? v ")
                #expect(answer.value(of: "x-proxy") == nil)
                #expect(server.events.http2 == 1)
                let lines = connect.split(separator: "\r\n")
                #expect(lines.first == "CONNECT \(host) HTTP/1.1")
                #expect(lines.contains("Proxy-Authorization: Basic c29tZW9uZTpwYXNz"))
                #expect(!lines.contains { $0.lowercased().hasPrefix("authorization:") || $0.contains("x-field") })
            }
        }
    }

    @Test("Exceptions and loopback hosts are reached directly", arguments: [Certificates.localName, "127.0.0.1"])
    func direct(host: String) async throws {
        // Nobody listens there, so a request through the proxy would fail.
        let nobody = try ScriptedPeer().port
        try await TestServer.run { server in
            let url = "https://\(host):\(server.address.port)/"
            for (exceptions, isDirect) in [("a.test,localhost", true), ("a.test", host == "127.0.0.1")] {
                try await HTTPClient.run {
                    $0.proxy = ProxySettings(url: "http://127.0.0.1:\(nobody)", exceptions: exceptions)
                } _: { client in
                    let error = await failure { try await client.send(OutgoingRequest("GET", url)) }
                    #expect(error?.code == (isDirect ? nil : .connectFailed))
                }
            }
        }
    }

    @Test("A proxy that refuses is told apart from the server")
    func refusal() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run {
            $0.proxy = ProxySettings(url: "http://127.0.0.1:\(peer.port)")
        } _: { client in
            async let outcome = failure { try await client.send(OutgoingRequest("GET", "https://example.test/")) }
            let (connection, _) = try await onOwnThread { try peer.acceptRequest() }
            try await onOwnThread { try connection.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") }
            let error = await outcome
            #expect(error?.code == .proxyFailed)
            #expect(error?.message == "example.test: the proxy answered 403")
        }
    }

    @Test("A proxy URL that cannot be read is the proxy's failure, and is not repeated")
    func unreadable() async throws {
        try await HTTPClient.run {
            $0.proxy = ProxySettings(url: "http://user:secret@")
        } _: { client in
            let error = await failure { try await client.send(OutgoingRequest("GET", "https://example.test/")) }
            #expect(error?.code == .proxyFailed)
            #expect(error?.message.contains("secret") == false)
        }
    }

    @Test(
        "The environment names the proxy, upper case first",
        arguments: [
            ([:], ProxySettings()),
            (["HTTPS_PROXY": "http://a"], ProxySettings(url: "http://a")),
            (["https_proxy": "http://b", "no_proxy": "x"], ProxySettings(url: "http://b", exceptions: "x")),
            (
                ["HTTPS_PROXY": "http://a", "https_proxy": "http://b", "NO_PROXY": "y", "no_proxy": "x"],
                ProxySettings(url: "http://a", exceptions: "y")
            ),
            (["HTTP_PROXY": "http://c"], ProxySettings()),
        ] as [([String: String], ProxySettings)])
    func environment(variables: [String: String], expected: ProxySettings) {
        #expect(ProxySettings.environment { variables[$0] } == expected)
    }
}
