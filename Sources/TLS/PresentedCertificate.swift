internal import COpenSSL

/// The certificate that a server shows, with those it sends along, as a client judges it.
///
/// `@unchecked Sendable`: the certificates are read only.
@safe package final class PresentedCertificate: @unchecked Sendable {
    /// What a client that trusts certain authorities makes of it, leaving the leaf's own dates aside.
    package enum Trust: Equatable, Sendable {
        case trusted
        /// The authorities' text holds no certificate.
        case noAuthority
        /// The chain leads to none of the authorities, or breaks for the reason that OpenSSL gives.
        case refused(String)
    }

    private let chain: [Certificate]
    private let leaf: Certificate

    /// The span of time the certificate names, in seconds since 1970.
    package let validity: ClosedRange<Int64>

    /// - Parameter pem: the leaf first.
    /// - Throws: `TLSError` with `.badCertificate` or `.badValidity`.
    package init(pem: [UInt8]) throws(TLSError) {
        ERR_clear_error()
        chain = PEM.certificates(pem)
        guard let leaf = chain.first else { throw .draining(.badCertificate) }
        guard let validity = leaf.validity else { throw .draining(.badValidity) }
        self.leaf = leaf
        self.validity = validity
    }

    /// Of the leaf: SHA-256 of its DER, in hexadecimal.
    package var fingerprint: String { leaf.fingerprint }

    /// Whether the private key, unencrypted PEM, is the leaf's.
    package func belongs(to privateKey: [UInt8]) -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let key = PEM.privateKey(privateKey) else { return false }
        return unsafe X509_check_private_key(leaf.handle, key.handle) == 1
    }

    /// Whether one of its names (`subjectAltName`; the common name never counts) is the host.
    ///
    /// - Parameter host: a DNS name or an IP address without brackets.
    package func isFor(host: String) -> Bool {
        if unsafe X509_check_ip_asc(leaf.handle, host, 0) == 1 { return true }
        return unsafe X509_check_host(
            leaf.handle, host, host.utf8.count, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT), nil) == 1
    }

    /// - Parameters:
    ///   - authorities: PEM. Each counts as trusted whoever signed it, as in Go.
    ///   - now: seconds since 1970, for the authorities' own dates; nil leaves those aside too.
    package func trust(by authorities: [UInt8], at now: Int64?) throws(TLSError) -> Trust {
        ERR_clear_error()
        let roots = PEM.certificates(authorities)
        ERR_clear_error()
        guard !roots.isEmpty else { return .noAuthority }
        guard let store = unsafe X509_STORE_new() else { throw .draining(.libraryFailure) }
        defer { unsafe X509_STORE_free(store) }
        for root in roots where unsafe X509_STORE_add_cert(store, root.handle) != 1 {
            throw .draining(.libraryFailure)
        }
        guard let others = unsafe kelos_chain_new() else { throw .draining(.libraryFailure) }
        defer { unsafe kelos_chain_free(others) }
        for certificate in chain.dropFirst() where unsafe kelos_chain_push(others, certificate.handle) < 1 {
            throw .draining(.libraryFailure)
        }
        guard let context = unsafe X509_STORE_CTX_new() else { throw .draining(.libraryFailure) }
        defer { unsafe X509_STORE_CTX_free(context) }
        guard unsafe X509_STORE_CTX_init(context, store, leaf.handle, others) == 1,
            unsafe X509_STORE_CTX_set_default(context, "ssl_server") == 1
        else { throw .draining(.libraryFailure) }
        unsafe X509_STORE_CTX_set_flags(context, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        if let now {
            unsafe X509_STORE_CTX_set_time(context, 0, time_t(now))
        } else {
            unsafe X509_STORE_CTX_set_flags(context, UInt(X509_V_FLAG_NO_CHECK_TIME))
        }
        defer { ERR_clear_error() }
        guard unsafe X509_verify_cert(context) != 1 else { return .trusted }
        let verdict = unsafe X509_STORE_CTX_get_error(context)
        return .refused(unsafe String(cString: X509_verify_cert_error_string(Int(verdict))))
    }
}
