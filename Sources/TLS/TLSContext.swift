internal import COpenSSL

/// A server's certificate, key and TLS policy, checked and ready: the sessions made from one keep it alive, so a
/// replacement takes effect with the next connection and disturbs none.
///
/// `@unchecked Sendable`: the SSL_CTX is written in `init` only; OpenSSL locks its reference count.
@safe package final class TLSContext: @unchecked Sendable {
    private let context: OpaquePointer
    /// The leaf certificate's validity, in seconds since 1970.
    package let validity: ClosedRange<Int64>

    /// - Parameters:
    ///   - certificateChain: PEM, the leaf first.
    ///   - privateKey: PEM, unencrypted.
    /// - Throws: `TLSError` with `.badCertificate`, `.badPrivateKey`, `.mismatchedPair`, `.badClientAuthority` or
    ///   `.libraryFailure`.
    package init(
        certificateChain: [UInt8], privateKey: [UInt8], settings: TLSSettings
    ) throws(TLSError) {
        ERR_clear_error()
        guard let made = unsafe SSL_CTX_new(TLS_server_method()) else { throw .draining(.libraryFailure) }
        do {
            try unsafe TLSContext.applyPolicy(settings, to: made)
            validity = try unsafe TLSContext.use(certificateChain, privateKey, in: made)
            if let authorities = settings.clientAuthorities {
                try unsafe TLSContext.requireClients(of: authorities, in: made)
            }
        } catch {
            unsafe SSL_CTX_free(made)
            throw error
        }
        unsafe context = unsafe made
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// OpenSSL's name and version, as it reports itself at run time.
    package static var libraryVersion: String {
        unsafe String(cString: OpenSSL_version(OPENSSL_VERSION_STRING))
    }

    func makeSession() -> OpaquePointer? {
        unsafe SSL_new(context)
    }

    private static func applyPolicy(_ settings: TLSSettings, to context: OpaquePointer) throws(TLSError) {
        let floor = settings.minimumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
        guard unsafe kelos_set_min_version(context, floor) == 1,
            unsafe SSL_CTX_set_cipher_list(context, TLSSettings.tls12Suites) == 1
        else { throw .draining(.libraryFailure) }
        // Compression leaks (CRIME), renegotiation is forbidden over HTTP/2 (RFC 9113 section 9.2.1). The API server
        // keeps no session cache, so tickets would be bytes and signatures for nobody, and a resumed session could
        // outlive a change of the client CA.
        unsafe SSL_CTX_set_options(
            context,
            kelos_no_compression() | kelos_no_renegotiation() | kelos_server_preference() | kelos_no_ticket())
        unsafe SSL_CTX_set_num_tickets(context, 0)
        _ = unsafe kelos_disable_session_cache(context)
        // An idle connection then holds no record buffers: about 34 KB less each.
        _ = unsafe kelos_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        if settings.offersHTTP2 {
            unsafe SSL_CTX_set_alpn_select_cb(context, selectHTTP2OrHTTP1, nil)
        } else {
            unsafe SSL_CTX_set_alpn_select_cb(context, selectHTTP1, nil)
        }
    }

    /// Loads chain and key as one unit and gives the leaf's validity.
    private static func use(
        _ chain: [UInt8], _ key: [UInt8], in context: OpaquePointer
    ) throws(TLSError) -> ClosedRange<Int64> {
        let certificates = PEM.certificates(chain)
        guard let leaf = certificates.first, unsafe SSL_CTX_use_certificate(context, leaf.handle) == 1 else {
            throw .draining(.badCertificate)
        }
        guard let validity = leaf.validity else { throw .draining(.badValidity) }
        for certificate in certificates.dropFirst() {
            guard unsafe kelos_add_chain_certificate(context, certificate.handle) == 1 else {
                throw .draining(.badCertificate)
            }
        }
        guard let privateKey = PEM.privateKey(key) else { throw .draining(.badPrivateKey) }
        guard unsafe X509_check_private_key(leaf.handle, privateKey.handle) == 1 else {
            throw .draining(.mismatchedPair)
        }
        guard unsafe SSL_CTX_use_PrivateKey(context, privateKey.handle) == 1 else {
            throw .draining(.badPrivateKey)
        }
        return validity
    }

    private static func requireClients(of authorities: [UInt8], in context: OpaquePointer) throws(TLSError) {
        let certificates = PEM.certificates(authorities)
        guard !certificates.isEmpty, let store = unsafe SSL_CTX_get_cert_store(context) else {
            throw .draining(.badClientAuthority)
        }
        for certificate in certificates {
            guard unsafe X509_STORE_add_cert(store, certificate.handle) == 1,
                unsafe SSL_CTX_add_client_CA(context, certificate.handle) == 1
            else { throw .draining(.badClientAuthority) }
        }
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }
}
