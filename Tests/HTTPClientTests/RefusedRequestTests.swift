import HTTPTransport
import Testing

@testable import HTTPClient

@Suite struct RefusedRequestTests {
    @Test(
        "Only https is sent, and http to this machine",
        arguments: [
            "http://example.test/", "http://127.example.test/", "http://127.0.0.1.example.test/",
            "http://localhost.example.test/", "http://10.0.0.1/", "http://[::2]/", "http://api.localhost/",
            "ftp://127.0.0.1/", "file:///etc/hostname", "127.0.0.1", "", "https://", "https://a b/",
            "https://user@example.test/", "https://:secret@example.test/", "https://example.test/\0",
        ])
    func refusedURL(url: String) async throws {
        try await HTTPClient.run { client in
            let error = await failure { try await client.send(OutgoingRequest("GET", url)) }
            #expect(error?.code == .invalidRequest)
            let streamError = await failure { try await client.stream(OutgoingRequest("GET", url)) }
            #expect(streamError == error)
        }
    }

    @Test(
        "These hosts are this machine",
        arguments: ["http://127.0.0.1/", "http://127.9.8.7:80/", "http://[::1]:8080/x", "HTTP://LOCALHOST/"])
    func loopback(url: String) throws {
        let lowered = url.lowercased()
        #expect(try Destination(lowered).isLoopback)
    }

    @Test("A destination is named by its host and port alone")
    func destinationName() throws {
        #expect(try Destination("https://example.test/p?q=1#f").name == "example.test")
        #expect(try Destination("https://example.test:8443/p?q=1").name == "example.test:8443")
        #expect(try Destination("https://[2001:db8::1]:8443/").name == "[2001:db8::1]:8443")
    }

    @Test(
        "Fields that would break the message or belong to the transport are refused",
        arguments: [
            ("a b", "v"), ("", "v"), ("a:", "v"), ("x", "a\r\nb: c"), ("x", "a\0"), ("x", "a\u{7F}"),
            ("content-length", "3"), ("Transfer-Encoding", "chunked"), ("connection", "close"), ("expect", "x"),
            ("host\n", "x"), ("proxy-authorization", "x"),
        ])
    func refusedField(name: String, value: String) async throws {
        try await HTTPClient.run { client in
            let request = OutgoingRequest("GET", "https://example.test/", fields: [(name, value)])
            #expect(await failure { try await client.send(request) }?.code == .invalidRequest)
        }
    }

    @Test("A method that is no token is refused", arguments: ["", "GET /", "G\r\n", "GÉT"])
    func refusedMethod(method: String) async throws {
        try await HTTPClient.run { client in
            let request = OutgoingRequest(method, "https://example.test/")
            #expect(await failure { try await client.send(request) }?.code == .invalidRequest)
        }
    }
}
