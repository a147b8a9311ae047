import ServerTestSupport
import TLS
import Testing

@Suite("What a server agrees to")
struct TLSPolicyTests {
    @Test(
        "is HTTP/2 where both offer it, else HTTP/1.1, also when nothing is offered",
        arguments: [
            ([], true, nil, .http1), (["http/1.1"], true, "http/1.1", .http1), (["h2"], true, "h2", .http2),
            (["http/1.1", "h2"], true, "h2", .http2), (["spdy/3", "h3", "http/1.1"], true, "http/1.1", .http1),
            (["h2", "http/1.1"], false, "http/1.1", .http1),
        ] as [([String], Bool, String?, NegotiatedProtocol)])
    func negotiation(offered: [String], http2: Bool, name: String?, expected: NegotiatedProtocol) throws {
        let talk = try TLSConversation(.fixture { $0.offersHTTP2 = http2 }, TLSPeer(offering: offered))
        try talk.exchange()
        #expect(talk.client.negotiatedName == name)
        #expect(talk.server.negotiatedProtocol == expected)
    }

    @Test(
        "is nothing where the client's protocols are all unknown",
        arguments: [(["h2"], false), (["spdy/3"], true), (["h2c", "http/1.0"], true)])
    func noOverlap(offered: [String], http2: Bool) throws {
        let talk = try TLSConversation(.fixture { $0.offersHTTP2 = http2 }, TLSPeer(offering: offered))
        let error = #expect(throws: TLSError.self) { try talk.exchange() }
        #expect(error?.code == .protocolFailure)
        #expect(error?.reason == "no application protocol")
        talk.passToClient()
        #expect(throws: TLSPeer.Failure(reason: "tlsv1 alert no application protocol")) {
            try talk.client.handshake()
        }
    }

    @Test("is TLS 1.2 or newer", arguments: [(0x0301, false), (0x0302, false), (0x0303, true), (0x0304, true)])
    func versions(maximum: Int, isAccepted: Bool) throws {
        let talk = try TLSConversation(.fixture(), TLSPeer(maximumVersion: maximum))
        if isAccepted {
            try talk.exchange()
            #expect(talk.server.progress == .open)
        } else {
            #expect(throws: TLSError.self) { try talk.exchange() }
            #expect(talk.server.progress == .handshaking)
        }
    }

    @Test("is TLS 1.3 alone when it was told so")
    func floor() throws {
        let talk = try TLSConversation(.fixture { $0.minimumVersion = .tls13 }, TLSPeer(maximumVersion: 0x0303))
        let error = #expect(throws: TLSError.self) { try talk.exchange() }
        #expect(error?.reason == "unsupported protocol")
    }

    @Test("asks for no client certificate by default")
    func noClientCertificate() throws {
        let talk = try TLSConversation(.fixture(), TLSPeer(certificate: CertificateFixture.second.get()))
        try talk.exchange()
        #expect(talk.server.progress == .open)
    }

    @Test("demands a client certificate from the given authority, with every version", arguments: [0x0303, 0x0304])
    func clientCertificate(version: Int) throws {
        let second = try CertificateFixture.second.get()
        let context = try TLSContext.fixture { $0.clientAuthorities = second.certificate }

        let known = try TLSConversation(context, TLSPeer(maximumVersion: version, certificate: second))
        try known.exchange()
        #expect(known.server.progress == .open)

        let silent = try TLSConversation(context, TLSPeer(maximumVersion: version))
        let missing = #expect(throws: TLSError.self) { try silent.exchange() }
        #expect(missing?.reason == "peer did not return a certificate")

        let stranger = try TLSConversation(
            context, TLSPeer(maximumVersion: version, certificate: CertificateFixture.first.get()))
        let unknown = #expect(throws: TLSError.self) { try stranger.exchange() }
        #expect(unknown?.reason == "certificate verify failed")
        #expect(stranger.server.progress == .handshaking)
    }
}
