internal import COpenSSL

/// A failure of OpenSSL, with what its error queue said.
///
/// The text comes from OpenSSL's own tables and from this project: no byte of a peer, a key or a certificate is in it.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        /// The certificate file holds no PEM certificate, or a broken one.
        case badCertificate
        /// The certificate's validity ends before it begins, or its dates are malformed.
        case badValidity
        /// The key file holds no unencrypted PEM private key, or a broken one.
        case badPrivateKey
        /// Key and certificate do not belong together.
        case mismatchedPair
        /// The client CA file holds no PEM certificate.
        case badClientAuthority
        /// The peer speaks plain HTTP on the TLS port.
        case plainHTTP
        /// Anything else OpenSSL reports while a connection is set up or used.
        case protocolFailure
        /// OpenSSL could not allocate or configure an object.
        case libraryFailure
    }

    package let code: Code
    /// OpenSSL's reasons, oldest first, joined by "; ".
    package let reason: String

    package var description: String {
        let sentence =
            switch code {
            case .badCertificate: "the certificate file is not a readable PEM certificate chain"
            case .badValidity: "the certificate is never valid: its notAfter date lies before its notBefore date"
            case .badPrivateKey: "the key file is not a readable, unencrypted PEM private key"
            case .mismatchedPair: "the private key does not belong to the certificate"
            case .badClientAuthority: "the client CA file holds no readable PEM certificate"
            case .plainHTTP: "the client sent an HTTP request to an HTTPS server"
            case .protocolFailure: "the TLS connection failed"
            case .libraryFailure: "OpenSSL failed"
            }
        return reason.isEmpty ? sentence : "\(sentence) (\(reason))"
    }

    /// Empties this thread's error queue into an error.
    ///
    /// The queue belongs to the thread, not to a connection, so it must be drained after a failure and be empty before
    /// the next call: `SSL_get_error` looks at it.
    static func draining(_ code: Code) -> TLSError {
        var reasons: [String] = []
        var found = code
        while true {
            let entry = ERR_get_error()
            if entry == 0 { break }
            if code == .protocolFailure, ERR_GET_REASON(entry) == SSL_R_HTTP_REQUEST { found = .plainHTTP }
            if let text = unsafe ERR_reason_error_string(entry), reasons.count < reasonLimit {
                reasons.append(unsafe String(cString: text))
            }
        }
        return TLSError(code: found, reason: reasons.joined(separator: "; "))
    }

    /// Reasons kept from one queue; OpenSSL's own ring holds sixteen, and the first few tell the cause.
    private static let reasonLimit = 4
}
