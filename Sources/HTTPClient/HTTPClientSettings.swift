internal import Platform

/// How an `HTTPClient` reaches other servers.
package struct HTTPClientSettings: Sendable {
    /// The thread's name in `ps -L`, 15 bytes or less.
    package var threadName = "http-client"
    /// Sent with requests that have no `user-agent` field of their own; GitHub refuses requests without one.
    package var userAgent = "kelos-token"
    package var tls = ClientTLS()
    package var proxy = ProxySettings()
    /// For name, TCP, proxy and TLS together. Two lost SYNs (1 s and 2 s apart) still fit.
    package var connectTimeout: Duration = .seconds(5)

    package init() {}
}

/// Whom a client trusts and who it says it is. All three are PEM.
package struct ClientTLS: Equatable, Sendable {
    /// The only authorities that servers' certificates may come from; nil trusts those of the system.
    package var authorities: [UInt8]?
    /// The client's certificate, followed by its intermediates; nil shows none.
    package var certificate: [UInt8]?
    /// The certificate's private key, unencrypted.
    package var key: [UInt8]?

    package init(authorities: [UInt8]? = nil, certificate: [UInt8]? = nil, key: [UInt8]? = nil) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
    }
}

/// The proxy that https requests go through. Loopback hosts are always reached directly.
package struct ProxySettings: Equatable, Sendable {
    /// `http://[user:password@]host:port`, as libcurl reads it; nil for no proxy.
    package var url: String?
    /// Hosts reached directly: names with their subdomains, addresses, CIDR blocks, comma-separated; `*` is all.
    package var exceptions: String

    package init(url: String? = nil, exceptions: String = "") {
        self.url = url
        self.exceptions = exceptions
    }

    /// What `HTTPS_PROXY` and `NO_PROXY` say; the lower-case names count where those are not set, as in Go.
    ///
    /// - Parameter value: a variable's value; nil when it is not set or empty.
    package static func environment(_ value: (String) -> String? = ProcessEnvironment.value) -> ProxySettings {
        ProxySettings(
            url: value("HTTPS_PROXY") ?? value("https_proxy"),
            exceptions: value("NO_PROXY") ?? value("no_proxy") ?? "")
    }
}
