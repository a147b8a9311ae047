internal import COpenSSL

/// A private RSA key that signs as RS256 does: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3).
///
/// `@unchecked Sendable`: the key is read only after `init`, and each signature has a context of its own; OpenSSL's keys
/// may be read by several threads at once.
@safe package final class RSASigningKey: @unchecked Sendable {
    /// GitHub makes keys of 2048 bits; RFC 7518 section 3.3 demands as many.
    package static let fewestBits = 2048

    private let key: PrivateKey

    /// - Parameter pem: PKCS#1 or PKCS#8, unencrypted; text around the key is skipped.
    /// - Throws: `SigningKeyError`.
    package init(pem: [UInt8]) throws(SigningKeyError) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let key = PEM.privateKey(pem) else {
            throw Self.isEncrypted(pem) ? .encrypted : .unreadable
        }
        guard unsafe EVP_PKEY_get_base_id(key.handle) == EVP_PKEY_RSA else { throw .notRSA }
        let bits = unsafe Int(EVP_PKEY_get_bits(key.handle))
        guard bits >= Self.fewestBits else { throw .tooShort(bits: bits) }
        self.key = key
    }

    /// - Returns: the signature, as long as the key's modulus.
    package func signature(over message: [UInt8]) throws(SigningKeyError) -> [UInt8] {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let context = unsafe EVP_MD_CTX_new() else { throw .signingFailed }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key.handle) == 1 else { throw .signingFailed }
        var length = unsafe Int(EVP_PKEY_get_size(key.handle))
        var signature = [UInt8](repeating: 0, count: length)
        let signed = unsafe signature.withUnsafeMutableBufferPointer { target in
            unsafe message.withUnsafeBufferPointer { source in
                unsafe EVP_DigestSign(context, target.baseAddress, &length, source.baseAddress, source.count)
            }
        }
        guard signed == 1 else { throw .signingFailed }
        signature.removeLast(signature.count - length)
        return signature
    }

    /// Both forms of encrypted PEM name it (RFC 7468 section 11, RFC 1421 section 4.6.1.1).
    private static func isEncrypted(_ pem: [UInt8]) -> Bool {
        let text = String(decoding: pem, as: UTF8.self)
        return text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")
    }
}

/// Why a key cannot sign. No byte of the key is in it.
package enum SigningKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable
    case encrypted
    case notRSA
    case tooShort(bits: Int)
    case signingFailed

    package var description: String {
        switch self {
        case .unreadable: "the private key is not a readable PEM key (PKCS#1 or PKCS#8)"
        case .encrypted: "the private key is encrypted; it must be stored without a password"
        case .notRSA: "the private key is not an RSA key"
        case .tooShort(let bits):
            "the private key has \(bits) bits; an RSA key needs \(RSASigningKey.fewestBits) at least"
        case .signingFailed: "OpenSSL could not sign with the private key"
        }
    }
}
