import CCurl
import HTTPTransport
import Testing

@testable import HTTPClient

@Suite struct TransportErrorTests {
    @Test("Each way in which libcurl can fail has its code")
    func kinds() {
        let expected: [(CURLcode, TransportError.Code)] = [
            (CURLE_URL_MALFORMAT, .invalidRequest), (CURLE_COULDNT_RESOLVE_HOST, .nameNotResolved),
            (CURLE_COULDNT_CONNECT, .connectFailed), (CURLE_PEER_FAILED_VERIFICATION, .tlsFailed),
            (CURLE_SSL_CONNECT_ERROR, .tlsFailed), (CURLE_SSL_CACERT_BADFILE, .tlsFailed),
            (CURLE_COULDNT_RESOLVE_PROXY, .proxyFailed), (CURLE_OPERATION_TIMEDOUT, .timedOut),
            (CURLE_FILESIZE_EXCEEDED, .responseTooLarge), (CURLE_RECV_ERROR, .interrupted),
            (CURLE_HTTP2_STREAM, .interrupted), (CURLE_FTP_PORT_FAILED, .interrupted),
            (CURLcode(rawValue: 4711), .interrupted),
        ]
        for (code, kind) in expected { #expect(TransportError.kind(of: code) == kind) }
    }

    @Test("No error holds a query, a field, a body or a proxy's password")
    func noSecrets() async throws {
        let canary = "c4n4ry"
        let nobody = try ScriptedPeer().port
        let proxy = ProxySettings(url: "http://u:\(canary)@127.0.0.1:\(nobody)")
        let loose = OutgoingRequest("GET", "")
        try await TestServer.run { server in
            let cases: [(ClientTLS?, ProxySettings, OutgoingRequest)] = [
                (nil, ProxySettings(), with(loose, "http://example.test/\(canary)?t=\(canary)")),
                (nil, ProxySettings(), with(loose, "https://u:\(canary)@example.test/")),
                (nil, ProxySettings(), with(loose, "https://a b/\(canary)")),
                (nil, ProxySettings(), with(loose, "https://127.0.0.1:\(nobody)/\(canary)?\(canary)")),
                (nil, ProxySettings(), with(loose, "https://example.test/", field: ("x", "\(canary)\n"))),
                (nil, ProxySettings(), with(loose, "\(server.url)/large?\(canary)", limit: 10)),
                (nil, proxy, with(loose, "https://example.test/\(canary)")),
                (nil, ProxySettings(url: "gopher://\(canary)@x"), with(loose, "https://example.test/\(canary)")),
                (ClientTLS(authorities: Array(canary.utf8)), ProxySettings(), with(loose, server.url)),
                (ClientTLS(), ProxySettings(), with(loose, "\(server.url)/?\(canary)")),
                (
                    ClientTLS(certificate: Array(canary.utf8), key: Array(canary.utf8)), ProxySettings(),
                    with(loose, server.url)
                ),
            ]
            for (tls, proxy, request) in cases {
                try await HTTPClient.run {
                    if let tls { $0.tls = tls }
                    $0.proxy = proxy
                } _: { client in
                    let error = try #require(await failure { try await client.send(request) })
                    #expect(!"\(error) \(error.message) \(String(reflecting: error))".contains(canary))
                    #expect(!error.message.isEmpty)
                }
            }
        }

        func with(
            _ request: OutgoingRequest, _ url: String, field: (String, String)? = nil, limit: Int = 1000
        ) -> OutgoingRequest {
            var request = request
            request.url = url
            request.method = "POST"
            request.body = Array(canary.utf8)
            request.fields = [("authorization", "Bearer \(canary)")] + (field.map { [$0] } ?? [])
            request.responseLimit = limit
            return request
        }
    }
}
