internal import COpenSSL

/// An RSA key whose signatures are checked here: what the server of an API knows of an App.
///
/// `@unchecked Sendable`: the EVP_PKEY is written in `init` only; OpenSSL locks its reference count.
@safe package final class RSAPublicKey: @unchecked Sendable {
    private let key: PrivateKey

    /// - Parameter pem: `PUBLIC KEY`, or a private key, of which the public half is used.
    /// - Throws: `TLSError` with `.badPrivateKey`.
    package init(pem: [UInt8]) throws(TLSError) {
        ERR_clear_error()
        let read: PrivateKey? = PEM.privateKey(pem) ?? PEM.publicKey(pem)
        guard let read else { throw .draining(.badPrivateKey) }
        ERR_clear_error()
        key = read
    }

    /// Whether `signature` is that of `message` by RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3).
    package func verifiesRS256(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        return unsafe EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key.handle) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// A new private key of 2048 bits as PKCS#8 PEM.
    ///
    /// - Throws: `TLSError` with `.libraryFailure`.
    package static func makePrivateKey() throws(TLSError) -> [UInt8] {
        ERR_clear_error()
        guard let made = unsafe kelos_make_rsa_key() else { throw .draining(.libraryFailure) }
        let key = unsafe PrivateKey(takingOwnership: made)
        return unsafe PEM.text { unsafe PEM_write_bio_PrivateKey($0, key.handle, nil, nil, 0, nil, nil) }
    }
}
