internal import COpenSSL

/// Reads PEM text into OpenSSL's objects. Each function gives an object the caller owns.
enum PEM {
    /// Every certificate in the text, in its order; empty when there is none or one is broken.
    static func certificates(_ text: [UInt8]) -> [OpaquePointer] {
        unsafe withReader(text) { reader in
            var found: [OpaquePointer] = unsafe []
            while let certificate = unsafe PEM_read_bio_X509(reader, nil, refusePassword, nil) {
                unsafe found.append(certificate)
            }
            let end = ERR_peek_last_error()
            let reachedEnd = ERR_GET_LIB(end) == ERR_LIB_PEM && ERR_GET_REASON(end) == PEM_R_NO_START_LINE
            if !reachedEnd {
                for unsafe certificate in unsafe found { unsafe X509_free(certificate) }
                return unsafe []
            }
            ERR_clear_error()
            return unsafe found
        } ?? []
    }

    /// The private key: PKCS#1, SEC 1 or PKCS#8, unencrypted.
    static func privateKey(_ text: [UInt8]) -> OpaquePointer? {
        unsafe withReader(text) { unsafe PEM_read_bio_PrivateKey($0, nil, refusePassword, nil) } ?? nil
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

/// Without this OpenSSL would ask for an encrypted key's password on the terminal.
private func refusePassword(
    _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, _: UnsafeMutableRawPointer?
) -> Int32 { 0 }
