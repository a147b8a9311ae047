internal import COpenSSL

/// A TLS client in memory that may offer what it likes: ALPN names, versions, a certificate of its own.
@safe package final class TLSPeer {
    package struct Failure: Error, Equatable {
        /// OpenSSL's name for what went wrong, such as "tlsv1 alert no application protocol".
        package let reason: String

        package init(reason: String) { self.reason = reason }
    }

    private let context: OpaquePointer
    private let session: OpaquePointer
    private let inward: OpaquePointer
    private let outward: OpaquePointer
    package private(set) var isOpen = false

    /// - Parameter maximumVersion: as OpenSSL numbers them, 0x0303 for TLS 1.2; 0 for the newest.
    package init(
        offering names: [String] = [], maximumVersion: Int = 0, certificate: CertificateFixture? = nil
    ) throws {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_client_method()), let session = unsafe SSL_new(context),
            let inward = unsafe BIO_new(BIO_s_mem()), let outward = unsafe BIO_new(BIO_s_mem())
        else { throw TLSPeer.failure() }
        unsafe self.context = unsafe context
        unsafe self.session = unsafe session
        unsafe self.inward = unsafe inward
        unsafe self.outward = unsafe outward
        unsafe SSL_set_bio(session, inward, outward)
        unsafe SSL_set_connect_state(session)
        // Old versions need the lowest security level to be offered at all.
        unsafe SSL_set_security_level(session, 0)
        if maximumVersion != 0 {
            _ = unsafe SSL_ctrl(session, SSL_CTRL_SET_MIN_PROTO_VERSION, 0x0301, nil)
            _ = unsafe SSL_ctrl(session, SSL_CTRL_SET_MAX_PROTO_VERSION, maximumVersion, nil)
        }
        let list = names.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !list.isEmpty { _ = unsafe SSL_set_alpn_protos(session, list, UInt32(list.count)) }
        if let certificate { try use(certificate) }
    }

    deinit {
        unsafe SSL_free(session)
        unsafe SSL_CTX_free(context)
    }

    private func use(_ pair: CertificateFixture) throws {
        try unsafe pair.certificate.withUnsafeBytes { bytes in
            let reader = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { _ = unsafe BIO_free(reader) }
            let parsed = unsafe PEM_read_bio_X509(reader, nil, nil, nil)
            defer { unsafe X509_free(parsed) }
            guard unsafe SSL_use_certificate(session, parsed) == 1 else { throw TLSPeer.failure() }
        }
        try unsafe pair.key.withUnsafeBytes { bytes in
            let reader = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { _ = unsafe BIO_free(reader) }
            let parsed = unsafe PEM_read_bio_PrivateKey(reader, nil, nil, nil)
            defer { unsafe EVP_PKEY_free(parsed) }
            guard unsafe SSL_use_PrivateKey(session, parsed) == 1 else { throw TLSPeer.failure() }
        }
    }

    /// Moves the handshake on as far as what was fed allows.
    package func handshake() throws {
        guard !isOpen else { return }
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(session)
        if result == 1 {
            isOpen = true
        } else if unsafe SSL_get_error(session, result) != SSL_ERROR_WANT_READ {
            throw TLSPeer.failure()
        }
    }

    /// Ciphertext from the server.
    package func feed(_ bytes: [UInt8]) {
        _ = unsafe BIO_write(inward, bytes, Int32(bytes.count))
    }

    /// Ciphertext for the server, which is then forgotten here.
    package func takeOutgoing() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(outward))
        guard !bytes.isEmpty else { return [] }
        _ = unsafe BIO_read(outward, &bytes, Int32(bytes.count))
        return bytes
    }

    package func write(_ plaintext: [UInt8]) throws {
        ERR_clear_error()
        guard unsafe SSL_write(session, plaintext, Int32(plaintext.count)) == Int32(plaintext.count) else {
            throw TLSPeer.failure()
        }
    }

    /// Plaintext as far as it has come.
    package func read() throws -> [UInt8] {
        var found: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            ERR_clear_error()
            let count = unsafe SSL_read(session, &buffer, Int32(buffer.count))
            if count > 0 {
                found += buffer[0..<Int(count)]
                continue
            }
            switch unsafe SSL_get_error(session, count) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_ZERO_RETURN: return found
            default: throw TLSPeer.failure()
            }
        }
    }

    /// Says close_notify.
    package func close() { _ = unsafe SSL_shutdown(session) }

    /// Whether the server has said close_notify.
    package var hasSeenClose: Bool { unsafe SSL_get_shutdown(session) & SSL_RECEIVED_SHUTDOWN != 0 }

    package var version: String { unsafe String(cString: SSL_get_version(session)) }

    package var negotiatedName: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &name, &length)
        guard let name = unsafe name else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// The subject's common name in the certificate that the server showed.
    package var serverName: String? {
        guard let certificate = unsafe SSL_get1_peer_certificate(session) else { return nil }
        defer { unsafe X509_free(certificate) }
        var buffer = [CChar](repeating: 0, count: 128)
        let count = unsafe X509_NAME_get_text_by_NID(
            X509_get_subject_name(certificate), NID_commonName, &buffer, Int32(buffer.count))
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(Int(count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func failure() -> Failure {
        guard let text = unsafe ERR_reason_error_string(ERR_get_error()) else { return Failure(reason: "") }
        return Failure(reason: unsafe String(cString: text))
    }
}
