extension Kubeconfig {
    /// What a context comes down to.
    ///
    /// - Parameter context: its name; nil for `current-context`.
    /// - Throws: `AccessError` that names what is missing or not supported.
    func access(context name: String?) throws(AccessError) -> ClusterAccess {
        let name = name ?? currentContext
        guard !name.isEmpty else {
            throw AccessError(
                .missingEntry, "The kubeconfig has no current-context; set one with: kubectl config use-context")
        }
        guard let context = contexts[name] else {
            throw AccessError(.missingEntry, "The kubeconfig has no context \(quoted(name))")
        }
        guard let cluster = clusters[context.cluster] else {
            throw AccessError(
                .missingEntry,
                "The kubeconfig has no cluster \(quoted(context.cluster)), which the context \(quoted(name)) names")
        }
        var user = User()
        if !context.user.isEmpty {
            guard let known = users[context.user] else {
                throw AccessError(
                    .missingEntry,
                    "The kubeconfig has no user \(quoted(context.user)), which the context \(quoted(name)) names")
            }
            user = known
        }
        if let way = user.unsupported.first {
            throw AccessError(
                .unsupported,
                "The user \(quoted(context.user)) of the kubeconfig logs in by \(way), which is not supported; "
                    + "use a token, a tokenFile or a client certificate")
        }
        if cluster.skipsVerification {
            throw AccessError(
                .insecure,
                "The cluster \(quoted(context.cluster)) of the kubeconfig sets insecure-skip-tls-verify; "
                    + "credentials are only sent to a server whose certificate is checked: give its certificate-authority"
            )
        }
        if cluster.proxy != nil {
            throw AccessError(
                .unsupported,
                "The cluster \(quoted(context.cluster)) of the kubeconfig sets proxy-url; "
                    + "set HTTPS_PROXY in the environment instead")
        }
        return try ClusterAccess(
            server: cluster.server, authority: cluster.authority, identity: try identity(of: user, named: context.user),
            credential: Self.credential(of: user), tlsServerName: cluster.tlsServerName, namespace: context.namespace)
    }

    private func identity(of user: User, named name: String) throws(AccessError) -> ClusterAccess.Identity? {
        switch (user.certificate, user.key) {
        case (let certificate?, let key?): return ClusterAccess.Identity(certificate: certificate, key: key)
        case (nil, nil): return nil
        case (.some, nil), (nil, .some):
            throw AccessError(
                .malformed, "The user \(quoted(name)) of the kubeconfig has a client certificate or a key, but not both"
            )
        }
    }

    /// A file wins over a token that was copied into the kubeconfig: only the file is kept fresh.
    private static func credential(of user: User) -> ClusterAccess.Credential {
        if let file = user.tokenFile { return .tokenFile(file) }
        if let token = user.token { return .token(Redacted(trimmed(token))) }
        return .none
    }

    private func quoted(_ name: String) -> String {
        // Names are the user's own words, but no message grows with them.
        let longestName = 200
        return "\"\(name.prefix(longestName))\""
    }
}
