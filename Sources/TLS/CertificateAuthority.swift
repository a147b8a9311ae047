internal import COpenSSL

/// A certificate authority with a P-256 key of its own, for servers that nobody but its owner has to trust: the webhook of
/// one cluster, the sandbox, tests.
@safe package final class CertificateAuthority {
    /// A certificate and its private key, both PEM.
    package struct Pair: Sendable {
        package let certificate: [UInt8]
        package let privateKey: [UInt8]
    }

    private let key: PrivateKey
    private let issuer: Certificate

    /// A new key and a certificate that it signs itself.
    ///
    /// - Parameters:
    ///   - name: the common name, 64 characters at most.
    ///   - validity: seconds since 1970.
    /// - Throws: `TLSError` with `.libraryFailure`.
    package init(name: String, validity: ClosedRange<Int64>) throws(TLSError) {
        ERR_clear_error()
        let key = try Self.makeKey()
        self.key = key
        issuer = try Self.signed(
            name: name, key: key, issuer: nil, by: key, validity: validity,
            extensions: [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ])
    }

    /// One that was made before.
    ///
    /// - Parameters:
    ///   - certificate: PEM; the first one counts.
    ///   - privateKey: PEM, unencrypted.
    /// - Throws: `TLSError` with `.badCertificate` (also for one that is no authority's), `.badValidity`, `.badPrivateKey` or
    ///   `.mismatchedPair`. No byte of either is in it.
    package init(certificate: [UInt8], privateKey: [UInt8]) throws(TLSError) {
        ERR_clear_error()
        guard let issuer = PEM.certificates(certificate).first else { throw .draining(.badCertificate) }
        guard issuer.validity != nil else { throw .draining(.badValidity) }
        guard let key = PEM.privateKey(privateKey) else { throw .draining(.badPrivateKey) }
        guard unsafe X509_check_private_key(issuer.handle, key.handle) == 1 else { throw .draining(.mismatchedPair) }
        let isVersion3Authority: Int32 = 1
        guard unsafe X509_check_ca(issuer.handle) == isVersion3Authority else { throw .draining(.badCertificate) }
        self.issuer = issuer
        self.key = key
    }

    /// The authority's certificate, PEM.
    package var certificate: [UInt8] { issuer.pem }

    /// PKCS#8 in PEM, unencrypted. For the place where the authority is kept and for nobody's eyes.
    package var privateKey: [UInt8] { key.pem }

    /// A server certificate for DNS names and IP addresses, with a key of its own.
    ///
    /// - Parameters:
    ///   - name: the common name, which clients do not look at; 64 characters at most.
    ///   - validity: seconds since 1970.
    /// - Throws: `TLSError` with `.libraryFailure`.
    package func issue(
        name: String, names: [SubjectName], validity: ClosedRange<Int64>
    ) throws(TLSError) -> Pair {
        ERR_clear_error()
        let leafKey = try Self.makeKey()
        let leaf = try Self.signed(
            name: name, key: leafKey, issuer: issuer, by: key, validity: validity,
            extensions: [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"),
                (NID_subject_alt_name, names.map(\.text).joined(separator: ",")),
                (NID_subject_key_identifier, "hash"), (NID_authority_key_identifier, "keyid"),
            ])
        return Pair(certificate: leaf.pem, privateKey: leafKey.pem)
    }

    private static func makeKey() throws(TLSError) -> PrivateKey {
        guard let made = unsafe kelos_make_p256_key() else { throw .draining(.libraryFailure) }
        return unsafe PrivateKey(takingOwnership: made)
    }

    /// 127 random bits: RFC 5280 section 4.1.2.2 wants a positive number of at most 20 octets, and two certificates of one
    /// authority must never share one, whoever made them.
    private static func makeSerial() throws(TLSError) -> [UInt8] {
        var serial = [UInt8](repeating: 0, count: 16)
        guard unsafe RAND_bytes(&serial, Int32(serial.count)) == 1 else { throw .draining(.libraryFailure) }
        serial[0] = serial[0] & 0x7F | 0x40
        return serial
    }

    private static func signed(
        name: String, key: PrivateKey, issuer: Certificate?, by signer: PrivateKey, validity: ClosedRange<Int64>,
        extensions: [(kind: Int32, value: String)]
    ) throws(TLSError) -> Certificate {
        guard let made = unsafe X509_new() else { throw .draining(.libraryFailure) }
        let certificate = unsafe Certificate(takingOwnership: made)
        let subject = unsafe X509_get_subject_name(made)
        let issuerName = unsafe issuer.map { unsafe X509_get_subject_name($0.handle) } ?? subject
        let text = Array(name.utf8)
        let serial = try makeSerial()
        guard unsafe X509_set_version(made, 2) == 1,
            unsafe ASN1_STRING_set(X509_get_serialNumber(made), serial, Int32(serial.count)) == 1,
            unsafe ASN1_TIME_set(X509_getm_notBefore(made), time_t(validity.lowerBound)) != nil,
            unsafe ASN1_TIME_set(X509_getm_notAfter(made), time_t(validity.upperBound)) != nil,
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
