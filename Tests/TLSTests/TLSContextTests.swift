import ServerTestSupport
import TLS
import Testing

@Suite("A certificate and its key")
struct TLSContextTests {
    private let first: CertificateFixture
    private let second: CertificateFixture

    init() throws {
        first = try CertificateFixture.first.get()
        second = try CertificateFixture.second.get()
    }

    private func failure(
        _ chain: [UInt8], _ key: [UInt8], authorities: [UInt8]? = nil
    ) -> TLSError? {
        var settings = TLSSettings()
        settings.clientAuthorities = authorities
        return #expect(throws: TLSError.self) {
            _ = try TLSContext(certificateChain: chain, privateKey: key, settings: settings)
        }
    }

    private static let unreadableChain = "the certificate file is not a readable PEM certificate chain"
    private static let unreadableKey = "the key file is not a readable, unencrypted PEM private key"

    @Test("name a span of thirty days")
    func validity() throws {
        let context = try TLSContext.fixture()
        #expect(context.validity.upperBound - context.validity.lowerBound == 30 * 86_400)
    }

    @Test(
        "may be of any kind that clients verify",
        arguments: [["rsa:2048"], ["ed25519"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]])
    func kinds(arguments: [String]) throws {
        let pair = try CertificateFixture(name: "kind.example", keyArguments: arguments)
        let context = try TLSContext(certificateChain: pair.certificate, privateKey: pair.key, settings: TLSSettings())
        let talk = try TLSConversation(context, TLSPeer())
        try talk.exchange()
        #expect(talk.client.serverName == "kind.example")
    }

    @Test("may be PKCS#8, SEC 1, or SEC 1 with the parameters before it, as openssl ecparam writes")
    func keyForms() throws {
        let sec1 = try CertificateFixture.openssl(["ec"], input: first.key)
        #expect(String(decoding: sec1, as: UTF8.self).contains("BEGIN EC PRIVATE KEY"))
        let parameters = try CertificateFixture.openssl(["ecparam", "-name", "prime256v1"])
        #expect(String(decoding: parameters, as: UTF8.self).contains("BEGIN EC PARAMETERS"))
        for key in [first.key, sec1, parameters + sec1] {
            _ = try TLSContext(certificateChain: first.certificate, privateKey: key, settings: TLSSettings())
        }
    }

    @Test("may be one text with text around them")
    func combined() throws {
        let text = Array("subject=CN = first.example\n".utf8) + first.key + first.certificate
        _ = try TLSContext(certificateChain: text, privateKey: text, settings: TLSSettings())
    }

    @Test("may be followed by the rest of the chain, which the client gets")
    func chain() throws {
        _ = try TLSContext(
            certificateChain: first.certificate + second.certificate, privateKey: first.key, settings: TLSSettings())
    }

    @Test("are refused when they do not belong together")
    func mismatched() {
        let error = failure(first.certificate, second.key)
        #expect(error?.code == .mismatchedPair)
        #expect(error?.description == "the private key does not belong to the certificate (key values mismatch)")
    }

    @Test("are refused when the leaf is not the first of the chain")
    func wrongOrder() {
        #expect(failure(second.certificate + first.certificate, first.key)?.code == .mismatchedPair)
    }

    @Test("are refused when the kinds differ")
    func kindsDiffer() throws {
        let rsa = try CertificateFixture(name: "rsa.example", keyArguments: ["rsa:2048"])
        let error = failure(first.certificate, rsa.key)
        #expect(error?.code == .mismatchedPair)
        #expect(error?.reason == "different key types; key type mismatch")
    }

    @Test("are refused when the certificate file is empty or holds none")
    func noCertificate() {
        for text in [[], Array("no PEM at all\n".utf8), first.key] {
            let error = failure(text, first.key)
            #expect(error?.code == .badCertificate)
            #expect(error?.description == "\(Self.unreadableChain) (no start line)")
        }
    }

    @Test("are refused when the key file is empty or holds none")
    func noKey() {
        for text in [[], Array("no PEM at all\n".utf8), first.certificate] {
            let error = failure(first.certificate, text)
            #expect(error?.code == .badPrivateKey)
            #expect(error?.description.hasPrefix(Self.unreadableKey) == true)
        }
    }

    @Test("are refused when the certificate file was cut anywhere")
    func truncatedCertificate() {
        for count in stride(from: 0, to: first.certificate.count - 2, by: 13) {
            #expect(failure(Array(first.certificate.prefix(count)), first.key)?.code == .badCertificate)
        }
    }

    @Test("are refused when the key file was cut anywhere")
    func truncatedKey() {
        for count in stride(from: 0, to: first.key.count - 2, by: 13) {
            #expect(failure(first.certificate, Array(first.key.prefix(count)))?.code == .badPrivateKey)
        }
    }

    @Test("are refused when a later certificate of the chain is broken")
    func brokenIntermediate() {
        let broken = first.certificate + second.certificate.prefix(second.certificate.count / 2)
        #expect(failure(broken, first.key)?.code == .badCertificate)
    }

    @Test("are refused when the key is encrypted, in either form, and nobody is asked for a password")
    func encryptedKey() throws {
        let pkcs8 = try CertificateFixture.openssl(
            ["pkcs8", "-topk8", "-v2", "aes-128-cbc", "-passout", "pass:secret"], input: first.key)
        let traditional = try CertificateFixture.openssl(
            ["ec", "-aes128", "-passout", "pass:secret"], input: first.key)
        #expect(String(decoding: pkcs8, as: UTF8.self).contains("ENCRYPTED PRIVATE KEY"))
        #expect(String(decoding: traditional, as: UTF8.self).contains("Proc-Type: 4,ENCRYPTED"))
        for (key, reason) in [(pkcs8, "unable to get passphrase"), (traditional, "bad password read")] {
            let error = failure(first.certificate, key)
            #expect(error?.code == .badPrivateKey)
            #expect(error?.reason.contains(reason) == true)
        }
    }

    @Test("are refused when the client authorities hold no certificate")
    func noAuthority() {
        let error = failure(first.certificate, first.key, authorities: Array("nothing\n".utf8))
        #expect(error?.code == .badClientAuthority)
        #expect(error?.description == "the client CA file holds no readable PEM certificate (no start line)")
    }

    @Test("leave nothing of a key in the text of any error")
    func secrecy() throws {
        let lines = String(decoding: first.key, as: UTF8.self).split(separator: "\n").dropFirst().dropLast()
        for error in [failure(second.certificate, first.key), failure(first.key, first.key)] {
            let text = try #require(error?.description)
            #expect(lines.allSatisfy { !text.contains($0) })
        }
    }
}
