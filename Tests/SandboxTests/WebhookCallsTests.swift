import HTTPSemantics
import HTTPServer
import Platform
import PodManifests
import Sandbox
import TLS
import Testing

@Suite("The sandbox calls webhooks over HTTPS")
struct WebhookCallsTests {
    /// Answers with what it was sent and where.
    private final class Mirror: RequestHandler {
        func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool { true }
        func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
            response.body.append(contentsOf: Array("\(head.path)?\(head.query) ".utf8))
            response.body.append(body)
        }
    }

    private struct Silent: ServerObserver {
        func observe(_ event: ServerEvent) {}
    }

    private static let validity = WallClock.now().seconds - 60...WallClock.now().seconds + 3600

    private static func serve(_ authority: CertificateAuthority) throws -> HTTPServer {
        let name = try #require(SubjectName(host: "127.0.0.1"))
        let pair = try authority.issue(name: "webhook", names: [name], validity: validity)
        let tls = try TLSContext(
            certificateChain: pair.certificate, privateKey: pair.privateKey, settings: TLSSettings())
        let endpoint = Endpoint(address: SocketAddress(host: "127.0.0.1", port: 0), currentTLS: { tls }) { Mirror() }
        return try HTTPServer(
            endpoints: [endpoint], loops: 1, name: "test", limits: ServerLimits(), observer: Silent()
        ) { _ in }
    }

    private static func webhook(_ server: HTTPServer, trusting authority: CertificateAuthority) -> ManifestValue {
        [
            "clientConfig": [
                "url": .string("https://\(server.addresses[0])/mutate"),
                "caBundle": .string(Base64Text.encoded(authority.certificate)),
            ],
            "timeoutSeconds": .number("5"),
        ]
    }

    @Test("by URL, with the timeout in the query, under the authority of the bundle and no other")
    func call() async throws {
        let authority = try CertificateAuthority(name: "right", validity: Self.validity)
        let other = try CertificateAuthority(name: "wrong", validity: Self.validity)
        let server = try Self.serve(authority)
        let calls = WebhookCalls()
        let answer = try await calls.call(Self.webhook(server, trusting: authority), review: Array("{}".utf8))
        #expect(String(decoding: answer, as: UTF8.self) == "/mutate?timeout=5s {}")
        await #expect(throws: (any Error).self) {
            try await calls.call(Self.webhook(server, trusting: other), review: [])
        }
        await calls.stop()
        server.abort()
        await server.stop()
    }

    @Test("a Service cannot be called, and the error says what can")
    func service() async throws {
        let calls = WebhookCalls()
        await #expect {
            try await calls.call(["clientConfig": ["service": ["name": "x"]]], review: [])
        } throws: { "\($0)".contains("clientConfig wants a url") }
        await calls.stop()
    }
}
