internal import COpenSSL

/// A certificate authority of one process's own, for servers that nobody else has to trust: the sandbox and tests.
@safe package final class CertificateAuthority {
    /// A certificate chain and its private key, both PEM.
    package struct Pair: Sendable {
        package let certificate: [UInt8]
        package let privateKey: [UInt8]
    }

    /// Clocks of containers may be a little behind.
    private static let backdatedSeconds: Int64 = 300

    private let key: PrivateKey
    private let issuer: Certificate
    private let lifetimeSeconds: Int64
    private var serial: Int64 = 1

    /// A new P-256 key and a certificate that it signs itself.
    ///
    /// - Throws: `TLSError` with `.libraryFailure`.
    package init(name: String, lifetimeSeconds: Int64) throws(TLSError) {
        ERR_clear_error()
        guard let made = unsafe kelos_make_p256_key() else { throw .draining(.libraryFailure) }
        let key = unsafe PrivateKey(takingOwnership: made)
        self.key = key
        self.lifetimeSeconds = lifetimeSeconds
        issuer = try Self.signed(
            name: name, key: key, issuer: nil, by: key, serial: 1, seconds: lifetimeSeconds,
            extensions: [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ])
    }

    /// The authority's certificate, PEM.
    package var certificate: [UInt8] { unsafe PEM.text { unsafe PEM_write_bio_X509($0, issuer.handle) } }

    /// A server certificate for DNS names and IP addresses, with a key of its own.
    ///
    /// - Parameter names: as `subjectAltName` takes them: `DNS:localhost`, `IP:127.0.0.1`.
    /// - Throws: `TLSError` with `.libraryFailure`.
    package func issue(name: String, names: [String]) throws(TLSError) -> Pair {
        ERR_clear_error()
        guard let made = unsafe kelos_make_p256_key() else { throw .draining(.libraryFailure) }
        let leafKey = unsafe PrivateKey(takingOwnership: made)
        serial += 1
        let leaf = try Self.signed(
            name: name, key: leafKey, issuer: issuer, by: key, serial: serial, seconds: lifetimeSeconds,
            extensions: [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"), (NID_subject_alt_name, names.joined(separator: ",")),
                (NID_subject_key_identifier, "hash"), (NID_authority_key_identifier, "keyid"),
            ])
        return Pair(
            certificate: unsafe PEM.text { unsafe PEM_write_bio_X509($0, leaf.handle) },
            privateKey: unsafe PEM.text {
                unsafe PEM_write_bio_PrivateKey($0, leafKey.handle, nil, nil, 0, nil, nil)
            })
    }

    private static func signed(
        name: String, key: PrivateKey, issuer: Certificate?, by signer: PrivateKey, serial: Int64, seconds: Int64,
        extensions: [(kind: Int32, value: String)]
    ) throws(TLSError) -> Certificate {
        guard let made = unsafe X509_new() else { throw .draining(.libraryFailure) }
        let certificate = unsafe Certificate(takingOwnership: made)
        let subject = unsafe X509_get_subject_name(made)
        let issuerName = unsafe issuer.map { unsafe X509_get_subject_name($0.handle) } ?? subject
        let text = Array(name.utf8)
        guard unsafe X509_set_version(made, 2) == 1,
            unsafe ASN1_INTEGER_set_int64(X509_get_serialNumber(made), serial) == 1,
            unsafe X509_gmtime_adj(X509_getm_notBefore(made), Int(-backdatedSeconds)) != nil,
            unsafe X509_gmtime_adj(X509_getm_notAfter(made), Int(seconds)) != nil,
            unsafe X509_NAME_add_entry_by_NID(
                subject, NID_commonName, MBSTRING_UTF8, text, Int32(text.count), -1, 0) == 1,
            unsafe X509_set_issuer_name(made, issuerName) == 1,
            unsafe X509_set_pubkey(made, key.handle) == 1
        else { throw .draining(.libraryFailure) }
        var context = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&context, issuer?.handle ?? made, made, nil, nil, 0)
        for (kind, value) in extensions {
            guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, kind, value) else {
                throw .draining(.libraryFailure)
            }
            defer { unsafe X509_EXTENSION_free(made) }
            guard unsafe X509_add_ext(certificate.handle, made, -1) == 1 else { throw .draining(.libraryFailure) }
        }
        guard unsafe X509_sign(made, signer.handle, EVP_sha256()) > 0 else { throw .draining(.libraryFailure) }
        return certificate
    }
}
