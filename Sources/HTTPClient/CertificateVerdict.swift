/// OpenSSL's verdicts on a certificate (X509_V_ERR_*, openssl-verification-options(1)), in words for an operator.
enum CertificateVerdict {
    /// Nil when the chain itself was found good.
    static func reason(_ verdict: Int) -> String? {
        switch verdict {
        case 0: nil
        case 9: "it is not valid yet"
        case 10: "it has expired"
        case 18: "it is self-signed"
        case 19: "its chain ends in an authority that is not trusted"
        case 2, 20, 21: "its issuer is not trusted"
        case 23: "it has been revoked"
        case 24: "its issuer is no authority"
        case 26: "it is not meant for servers"
        case 62: "it is for another host"
        case 66, 67, 68: "its key or its signature is too weak"
        default: "OpenSSL's verdict is \(verdict)"
        }
    }
}
