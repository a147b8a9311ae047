/// Where an API server is and how to prove who we are: what an in-cluster environment or a kubeconfig comes down to.
package struct ClusterAccess: Sendable, Equatable {
    /// PEM text, at hand or in a file that may change while the program runs.
    package enum Material: Sendable, Equatable {
        case data(Redacted<[UInt8]>)
        case file(String)
    }

    /// A client certificate and its key.
    package struct Identity: Sendable, Equatable {
        package let certificate: Material
        package let key: Material
    }

    /// What goes into the `authorization` field.
    package enum Credential: Sendable, Equatable {
        case none
        case token(Redacted<String>)
        /// Read again every minute: the kubelet replaces a service account's token at 80 % of its life.
        case tokenFile(String)
    }

    /// `https://host[:port][/prefix]`, without a slash at the end. Plain HTTP on loopback only.
    package let server: String
    /// Certificates that the server's must lead to; nil for those the system trusts.
    package let authority: Material?
    package let identity: Identity?
    package let credential: Credential
    /// The name to look for in the server's certificate; nil for the host of `server`.
    package let tlsServerName: String?
    /// The namespace that requests without one are meant for.
    package let namespace: String?

    /// - Throws: `AccessError.insecure` when `server` is neither HTTPS nor on loopback, `.malformed` when it is no URL.
    package init(
        server: String, authority: Material? = nil, identity: Identity? = nil, credential: Credential = .none,
        tlsServerName: String? = nil, namespace: String? = nil
    ) throws(AccessError) {
        self.server = try Self.checked(server)
        self.authority = authority
        self.identity = identity
        self.credential = credential
        self.tlsServerName = tlsServerName
        self.namespace = namespace
    }

    /// Host and port as the server's URL has them, for metrics and messages.
    package var host: String {
        guard let separator = server.firstRange(of: "://") else { return server }
        return String(server[separator.upperBound...].prefix { $0 != "/" })
    }

    private static func checked(_ server: String) throws(AccessError) -> String {
        var server = server
        while server.hasSuffix("/") { server.removeLast() }
        guard let separator = server.firstRange(of: "://") else {
            throw AccessError(.malformed, "The server's address wants a scheme, for example https://10.0.0.1:6443")
        }
        let scheme = server[..<separator.lowerBound].lowercased()
        let authority = server[separator.upperBound...].prefix { $0 != "/" }
        let path = server[authority.endIndex...]
        let printable = server.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard printable, !authority.isEmpty, !authority.contains("@"), !server.contains("?"), !server.contains("#")
        else {
            throw AccessError(
                .malformed, "The server's address must be https://host:port, without user, query or fragment")
        }
        switch scheme {
        case "https": break
        case "http" where isLoopback(authority): break
        default:
            throw AccessError(
                .insecure, "The server's address must begin with https://; plain HTTP is for loopback only")
        }
        return "\(scheme)://\(authority)\(path)"
    }

    private static func isLoopback(_ authority: Substring) -> Bool {
        if authority.hasPrefix("[") { return authority.prefix { $0 != "]" } == "[::1" }
        let host = authority.prefix { $0 != ":" }
        if host == "localhost" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
    }
}
