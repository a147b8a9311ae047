import GitHubApps
import TLS
import Testing
import TokenRefresh

@Suite struct RSASigningKeyTests {
    @Test("A signature by a key of either form is one that openssl verifies")
    func signs() throws {
        for pem in [try Keys.pkcs1.get(), try Keys.pkcs8.get()] {
            let key = try RSASigningKey(pem: pem)
            let message = Array("header.payload".utf8)
            let signature = try key.signature(over: message)
            #expect(signature.count == 256)
            #expect(try OpenSSL.verifies(signature, over: message, by: pem))
            #expect(try key.signature(over: message) == signature)
            #expect(throws: OpenSSL.Failed.self) {
                try OpenSSL.verifies(signature, over: Array("other".utf8), by: pem)
            }
        }
    }

    @Test("A key with a certificate and words around it is found")
    func surrounded() throws {
        let text = Array("Bag Attributes\n".utf8) + (try Keys.pkcs8.get()) + Array("that was it\n".utf8)
        #expect(throws: Never.self) { try RSASigningKey(pem: text) }
    }

    @Test("What cannot sign is refused for its own reason")
    func refuses() throws {
        let reasons: [([UInt8], SigningKeyError)] = [
            ([], .unreadable), (Array("canary".utf8), .unreadable),
            (try Keys.pkcs1.get().dropLast(400), .unreadable),
            (try Keys.short.get(), .tooShort(bits: 1024)), (try Keys.elliptic.get(), .notRSA),
            (try Keys.encryptedPKCS1.get(), .encrypted), (try Keys.encryptedPKCS8.get(), .encrypted),
            (
                try OpenSSL.run(["rsa", "-in", "key.pem", "-pubout"], files: ["key.pem": Keys.pkcs1.get()]),
                .unreadable
            ),
        ]
        for (pem, reason) in reasons { #expect(throws: reason) { try RSASigningKey(pem: pem) } }
        #expect(
            SigningKeyError.tooShort(bits: 1024).description
                == "the private key has 1024 bits; an RSA key needs 2048 at least")
    }

    @Test("Many threads sign with one key at once")
    func parallel() async throws {
        let key = try RSASigningKey(pem: Keys.pkcs1.get())
        let expected = try key.signature(over: [1])
        let equal = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { (try? key.signature(over: [1])) == expected } }
            return await group.reduce(true) { $0 && $1 }
        }
        #expect(equal)
    }

    @Test("An App's JWT is one that openssl verifies, with its claims as integers and in order")
    func jwt() throws {
        let pem = try Keys.pkcs1.get()
        let key = try RSASigningKey(pem: pem)
        let now = Timestamp(milliseconds: 1_767_366_245_999)
        let jwt = try AppJWT.make(app: "12345", at: now, signer: AppSigner { try key.signature(over: $0) })
        let parts = jwt.revealed.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        try #require(parts.count == 3)
        #expect(try decoded(parts[0]) == Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8))
        #expect(try decoded(parts[1]) == Array(#"{"iat":1767366185,"exp":1767366785,"iss":"12345"}"#.utf8))
        #expect(try OpenSSL.verifies(decoded(parts[2]), over: Array("\(parts[0]).\(parts[1])".utf8), by: pem))
        #expect("\(jwt)" == "<redacted>")
    }

    /// base64url by openssl, which wants the usual alphabet and padding.
    private func decoded(_ text: String) throws -> [UInt8] {
        let usual = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        let padded = String(usual) + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return try OpenSSL.run(["base64", "-d", "-A", "-in", "text"], files: ["text": Array(padded.utf8)])
    }
}
