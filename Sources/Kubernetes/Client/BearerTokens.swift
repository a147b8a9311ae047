/// The token for the `authorization` field, read again as often as client-go does.
actor BearerTokens {
    /// The kubelet replaces a token at 80 % of its life, at least 10 minutes; a minute of the old one does no harm.
    static let rereadAfter = Duration.seconds(60)
    /// A service-account token has about 1 KiB; fields of requests have 16 KiB.
    private static let longestToken = 8192

    private let credential: ClusterAccess.Credential
    private let readFile: ReadFile
    private var last: (token: Redacted<String>, readAt: Duration)?

    init(_ credential: ClusterAccess.Credential, readFile: @escaping ReadFile) {
        self.credential = credential
        self.readFile = readFile
    }

    /// True when reading again may give another token.
    nonisolated var canChange: Bool {
        if case .tokenFile = credential { return true }
        return false
    }

    /// - Parameter rejected: true after a 401: what is remembered is of no use.
    /// - Returns: nil where no token is configured.
    func token(at now: Duration, rejected: Bool = false) async throws(KubernetesError) -> Redacted<String>? {
        switch credential {
        case .none: return nil
        case .token(let token): return token
        case .tokenFile(let path):
            if !rejected, let last, now - last.readAt < Self.rereadAfter { return last.token }
            guard let bytes = try? await readFile(path) else { return try remembered(path, "cannot be read") }
            let text = trimmed(String(decoding: bytes, as: UTF8.self))
            // Anything else would be an odd field, or a second one.
            guard !text.isEmpty, bytes.count <= Self.longestToken, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { return try remembered(path, "holds no token") }
            let token = Redacted(text)
            last = (token, now)
            return token
        }
    }

    /// A file that cannot be read for a moment does not make the last token worse.
    private func remembered(_ path: String, _ problem: String) throws(KubernetesError) -> Redacted<String> {
        guard let last else { throw KubernetesError(.credentials, "The token file \(path) \(problem)") }
        return last.token
    }
}
