/// How a server speaks TLS.
package struct TLSSettings: Sendable {
    package enum Floor: Sendable {
        case tls12
        case tls13
    }

    /// The oldest protocol version that is accepted.
    package var minimumVersion = Floor.tls12
    /// Whether `h2` is offered by ALPN, beside `http/1.1`.
    package var offersHTTP2 = true
    /// PEM certificates of the authorities that client certificates must come from; nil asks for no client certificate.
    package var clientAuthorities: [UInt8]?

    package init() {}

    /// TLS 1.2 suites: forward secrecy and AEAD only (RFC 9325 section 4.2), which also are the ones RFC 9113 section
    /// 9.2.2 does not forbid for HTTP/2.
    static let tls12Suites = "ECDHE+AESGCM:ECDHE+CHACHA20"
}
