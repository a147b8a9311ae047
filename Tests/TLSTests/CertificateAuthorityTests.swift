import ServerTestSupport
import TLS
import Testing

/// `openssl` is the judge: it shares the library with us, and none of the calls.
@Suite("A certificate authority")
struct CertificateAuthorityTests {
    private static let now: Int64 = 1_800_000_000
    private static let validity = now...now + 7200

    private static func authority(_ name: String = "test CA") throws -> CertificateAuthority {
        try CertificateAuthority(name: name, validity: validity)
    }

    private static func names(_ hosts: String...) throws -> [SubjectName] {
        try hosts.map { try #require(SubjectName(host: $0)) }
    }

    private static func text(_ certificate: [UInt8], _ options: String...) throws -> String {
        let output = try CertificateFixture.openssl(["x509", "-noout"] + options, input: certificate)
        return String(decoding: output, as: UTF8.self)
    }

    @Test("signs what openssl verifies, for the names, by a key of P-256")
    func issue() throws {
        let authority = try Self.authority()
        let leafValidity = Self.now + 60...Self.now + 3600
        let pair = try authority.issue(
            name: "webhook", names: try Self.names("webhook.system.svc", "127.0.0.1", "::1"), validity: leafValidity)
        let folder = try TemporaryDirectory()
        try folder.write(authority.certificate, to: "ca")
        try folder.write(pair.certificate, to: "leaf")
        for host in [["-verify_hostname", "webhook.system.svc"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"]] {
            let said = try CertificateFixture.openssl(
                ["verify", "-x509_strict", "-purpose", "sslserver", "-attime", "\(Self.now + 100)", "-CAfile"]
                    + [folder.path("ca")] + host + [folder.path("leaf")])
            #expect(String(decoding: said, as: UTF8.self).hasSuffix(": OK\n"))
        }
        for moment in [Self.now, Self.now + 3700] {
            #expect(throws: CertificateFixture.Failure.self) {
                try CertificateFixture.openssl(
                    ["verify", "-attime", "\(moment)", "-CAfile", folder.path("ca"), folder.path("leaf")])
            }
        }
        #expect(
            try Self.text(pair.certificate, "-dates", "-ext", "keyUsage,extendedKeyUsage,basicConstraints") == """
                notBefore=Jan 15 08:01:00 2027 GMT
                notAfter=Jan 15 09:00:00 2027 GMT
                X509v3 Basic Constraints: critical
                    CA:FALSE
                X509v3 Key Usage: critical
                    Digital Signature
                X509v3 Extended Key Usage: 
                    TLS Web Server Authentication

                """)
        #expect(try Self.text(pair.certificate, "-text").contains("ASN1 OID: prime256v1"))
        let key = try CertificateFixture.openssl(["pkey", "-pubout"], input: pair.privateKey)
        #expect(try CertificateFixture.openssl(["x509", "-noout", "-pubkey"], input: pair.certificate) == key)
    }

    @Test("may sign leaves and nothing else")
    func constraints() throws {
        #expect(
            try Self.text(Self.authority().certificate, "-subject", "-ext", "keyUsage,basicConstraints") == """
                subject=CN = test CA
                X509v3 Basic Constraints: critical
                    CA:TRUE, pathlen:0
                X509v3 Key Usage: critical
                    Certificate Sign, CRL Sign

                """)
    }

    @Test("gives no serial number twice, also after it was read again")
    func serials() throws {
        var serials: Set<String> = []
        let made = try Self.authority()
        for _ in 0..<20 {
            let authority = try CertificateAuthority(certificate: made.certificate, privateKey: made.privateKey)
            let pair = try authority.issue(name: "x", names: try Self.names("x"), validity: Self.validity)
            let serial = try Self.text(pair.certificate, "-serial").dropFirst("serial=".count).dropLast()
            #expect(serial.utf8.count == 32)
            serials.insert(String(serial))
        }
        #expect(serials.count == 20)
    }

    @Test("is the same after it was read again")
    func reading() throws {
        let made = try Self.authority()
        let read = try CertificateAuthority(certificate: made.certificate, privateKey: made.privateKey)
        #expect(read.certificate == made.certificate)
        #expect(read.privateKey == made.privateKey)
        let pair = try read.issue(name: "x", names: try Self.names("x"), validity: Self.validity)
        let presented = try PresentedCertificate(pem: pair.certificate)
        #expect(try presented.trust(by: made.certificate, at: Self.now) == .trusted)
        #expect(presented.validity == Self.validity)
        #expect(presented.belongs(to: pair.privateKey))
        #expect(!presented.belongs(to: made.privateKey))
        #expect(!presented.belongs(to: []))
    }

    @Test("is read from nothing else than an authority's certificate and its own key, and nothing is told of the key")
    func broken() throws {
        let (one, other) = (try Self.authority(), try Self.authority())
        let leaf = try one.issue(name: "x", names: try Self.names("x"), validity: Self.validity)
        for (certificate, key, code) in [
            ([], one.privateKey, TLSError.Code.badCertificate), (one.certificate, [], .badPrivateKey),
            (one.certificate, one.certificate, .badPrivateKey), (one.certificate, other.privateKey, .mismatchedPair),
            (leaf.certificate, leaf.privateKey, .badCertificate),
        ] {
            let error = #expect(throws: TLSError.self) {
                try CertificateAuthority(certificate: certificate, privateKey: key)
            }
            #expect(error?.code == code)
        }
    }

    @Test("is told from another of the same name by its fingerprint, which is openssl's")
    func fingerprints() throws {
        let (one, other) = (try Self.authority(), try Self.authority())
        let text = Array("a line of text\n".utf8)
        let entries = CertificateBundle.entries(text + one.certificate + text + other.certificate)
        #expect(entries.map(\.pem) == [one.certificate, other.certificate])
        #expect(entries.map(\.validity) == [Self.validity, Self.validity])
        for entry in entries {
            let said = try Self.text(entry.pem, "-fingerprint", "-sha256")
            let value = said.split(separator: "=").last?.filter { $0 != ":" && $0 != "\n" }.lowercased()
            #expect(entry.fingerprint == value)
        }
        #expect(try PresentedCertificate(pem: one.certificate).fingerprint == entries[0].fingerprint)
        let leaf = try one.issue(name: "x", names: try Self.names("x"), validity: Self.validity)
        let presented = try PresentedCertificate(pem: leaf.certificate)
        #expect(try presented.trust(by: other.certificate, at: nil) != .trusted)
        #expect(try presented.trust(by: other.certificate + one.certificate, at: nil) == .trusted)
        #expect(CertificateBundle.entries(one.certificate + one.certificate.dropLast(40)) == [])
    }
}

@Suite("A name for a certificate")
struct SubjectNameTests {
    @Test("is a DNS name or an IP address", arguments: ["a", "a-1.B.svc", "127.0.0.1", "::1", "2001:db8::7"])
    func good(host: String) {
        #expect(SubjectName(host: host) != nil)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", ".", "a.", "a..b", "-a", "a-", "*.a", "a,IP:127.0.0.1", "a b", "[::1]", "a:1", "ä", "a_b",
            String(repeating: "a", count: 64), "1.2.3.4,DNS:x",
        ])
    func bad(host: String) {
        #expect(SubjectName(host: host) == nil)
    }
}
