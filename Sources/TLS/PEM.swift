internal import COpenSSL

/// An X.509 certificate, owned.
@safe final class Certificate {
    let handle: OpaquePointer

    init(takingOwnership handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe X509_free(handle) }

    /// The time span the certificate names, in seconds since 1970; nil when it is malformed or reversed.
    var validity: ClosedRange<Int64>? {
        guard let from = unsafe Certificate.seconds(X509_get0_notBefore(handle)),
            let until = unsafe Certificate.seconds(X509_get0_notAfter(handle)), from <= until
        else { return nil }
        return from...until
    }

    /// SHA-256 of the DER, in hexadecimal.
    var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard unsafe X509_digest(handle, EVP_sha256(), &digest, &count) == 1 else { return "" }
        return digest.prefix(Int(count)).map { byte in
            let text = String(byte, radix: 16)
            return text.utf8.count == 1 ? "0" + text : text
        }.joined()
    }

    var pem: [UInt8] { unsafe PEM.text { unsafe PEM_write_bio_X509($0, handle) } }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        guard let time = unsafe time, let epoch = unsafe ASN1_TIME_set(nil, 0) else { return nil }
        defer { unsafe ASN1_STRING_free(epoch) }
        var days: Int32 = 0
        var rest: Int32 = 0
        guard unsafe ASN1_TIME_diff(&days, &rest, epoch, time) == 1 else { return nil }
        return Int64(days) * secondsPerDay + Int64(rest)
    }

    private static let secondsPerDay: Int64 = 86_400
}

/// A private key, owned.
@safe final class PrivateKey {
    let handle: OpaquePointer

    init(takingOwnership handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// PKCS#8, unencrypted.
    var pem: [UInt8] {
        unsafe PEM.text { unsafe PEM_write_bio_PrivateKey($0, handle, nil, nil, 0, nil, nil) }
    }
}

/// Reads PEM text into OpenSSL's objects.
enum PEM {
    /// Every certificate in the text, in its order; empty when there is none or one is broken.
    static func certificates(_ text: [UInt8]) -> [Certificate] {
        unsafe withReader(text) { reader in
            var found: [Certificate] = []
            while let certificate = unsafe PEM_read_bio_X509(reader, nil, refusePassword, nil) {
                found.append(unsafe Certificate(takingOwnership: certificate))
            }
            let end = ERR_peek_last_error()
            guard ERR_GET_LIB(end) == ERR_LIB_PEM, ERR_GET_REASON(end) == PEM_R_NO_START_LINE else { return [] }
            if !found.isEmpty { ERR_clear_error() }
            return found
        } ?? []
    }

    /// The private key: PKCS#1, SEC 1 or PKCS#8, unencrypted.
    static func privateKey(_ text: [UInt8]) -> PrivateKey? {
        unsafe withReader(text) { reader in
            guard let key = unsafe PEM_read_bio_PrivateKey(reader, nil, refusePassword, nil) else { return nil }
            return unsafe PrivateKey(takingOwnership: key)
        } ?? nil
    }

    static func publicKey(_ text: [UInt8]) -> PrivateKey? {
        unsafe withReader(text) { reader in
            guard let key = unsafe PEM_read_bio_PUBKEY(reader, nil, refusePassword, nil) else { return nil }
            return unsafe PrivateKey(takingOwnership: key)
        } ?? nil
    }

    /// What `write` puts into a memory BIO; empty when it fails.
    static func text(_ write: (OpaquePointer) -> Int32) -> [UInt8] {
        guard let writer = unsafe BIO_new(BIO_s_mem()) else { return [] }
        defer { _ = unsafe BIO_free(writer) }
        guard unsafe write(writer) == 1 else { return [] }
        var text = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(writer))
        let count = unsafe BIO_read(writer, &text, Int32(clamping: text.count))
        return Array(text.prefix(Int(max(0, count))))
    }

    private static func withReader<R>(_ text: [UInt8], _ body: (OpaquePointer) -> R) -> R? {
        unsafe text.withUnsafeBytes { bytes in
            guard let reader = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                return nil
            }
            defer { _ = unsafe BIO_free(reader) }
            return unsafe body(reader)
        }
    }
}

/// Without this OpenSSL would ask for an encrypted key's password on the terminal. -1 is "there is none"; 0 would be an
/// empty one, and be tried.
private func refusePassword(
    _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, _: UnsafeMutableRawPointer?
) -> Int32 { -1 }
