import GitHubApps
import TLS
import Testing

@Suite struct PrivateKeyTextTests {
    /// What people and tools do to a key.
    private func mangled(_ pem: [UInt8]) throws -> [String: [UInt8]] {
        let text = String(decoding: pem, as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        func base64(_ bytes: [UInt8], _ options: [String]) throws -> [UInt8] {
            try OpenSSL.run(["base64", "-in", "text"] + options, files: ["text": bytes])
        }
        let escaped = Array(lines.joined(separator: "\\n").utf8)
        return [
            "as it is": pem,
            "without the last line end": pem.dropLast(1),
            "CRLF": Array((lines.joined(separator: "\r\n") + "\r\n").utf8),
            "CR": Array(lines.joined(separator: "\r").utf8),
            "escaped": escaped,
            "escaped with a last one, in quotes": Array("\"".utf8) + escaped + Array("\\n\"".utf8),
            "escaped CRLF": Array(lines.joined(separator: "\\r\\n").utf8),
            "base64 in one line": try base64(pem, ["-A"]),
            "base64 in lines": try base64(pem, []),
            "base64 of escaped": try base64(escaped, ["-A"]),
            "base64 without padding": try base64(pem, ["-A"]).filter { $0 != UInt8(ascii: "=") },
            "spaces for line ends": Array(lines.joined(separator: " ").utf8),
            "no line ends": Array(lines.joined().utf8),
            "indented": Array(lines.map { "    " + $0 }.joined(separator: "\n").utf8),
            "one long line": Array(
                (lines[0] + "\n" + lines[1..<(lines.count - 1)].joined() + "\n" + lines[lines.count - 1]).utf8),
        ]
    }

    @Test("However a key of either form was mangled, it comes out the same and signs")
    func mends() throws {
        for pem in [try Keys.pkcs1.get(), try Keys.pkcs8.get()] {
            for (how, text) in try mangled(pem) {
                let mended = try #require(PrivateKeyText.normalised(text), "\(how)")
                #expect(mended == pem, "\(how)")
                #expect(throws: Never.self, "\(how)") { try RSASigningKey(pem: mended) }
            }
        }
    }

    @Test("The private key is found behind a certificate")
    func behindCertificate() throws {
        let pem = try Keys.pkcs8.get()
        let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        #expect(PrivateKeyText.normalised(Array(certificate.utf8) + pem) == pem)
    }

    @Test("An encrypted key is handed on whole, so that it is called by its name")
    func encrypted() throws {
        for pem in [try Keys.encryptedPKCS1.get(), try Keys.encryptedPKCS8.get()] {
            let text = try #require(PrivateKeyText.normalised(pem))
            #expect(throws: SigningKeyError.encrypted) { try RSASigningKey(pem: text) }
        }
    }

    @Test(
        "What holds no private key gives nil",
        arguments: [
            "", " ", "canary", "====", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\nAAAA",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "-----BEGIN ", "\\", "\\n",
            "LS0tLS1CRUdJTg==", String(repeating: "A", count: 33_000),
        ])
    func refuses(_ text: String) {
        #expect(PrivateKeyText.normalised(Array(text.utf8)) == nil)
    }
}
