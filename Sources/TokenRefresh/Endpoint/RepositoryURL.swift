/// Where a repository is, by the URL a Workspace has for it: the forms git takes (git-clone(1), "Git URLs"), and the short
/// `owner/name`.
package struct RepositoryURL: Equatable, Sendable {
    /// The web host; nil where the URL names none, which means the default. Its port is that of HTTPS: a port for ssh or
    /// git says nothing about the API.
    package let host: HostPort?
    package let owner: String
    package let name: String

    package init(host: HostPort?, owner: String, name: String) {
        self.host = host
        self.owner = owner
        self.name = name
    }

    /// - Returns: nil for what is no URL of a repository.
    package init?(_ text: String) {
        if let scheme = text.range(ofSeparator: "://") {
            self.init(scheme: text[..<scheme.lowerBound].lowercased(), rest: text[scheme.upperBound...])
        } else if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") {
            self.init(remoteShell: text[..<colon], path: text[text.index(after: colon)...])
        } else {
            self.init(host: nil, path: text[...])
        }
    }

    private init?(scheme: String, rest: Substring) {
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let authority = rest[..<slash].split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let path = rest[rest.index(after: slash)...].prefix { $0 != "?" && $0 != "#" }
        let host: HostPort?
        switch scheme {
        case "https": host = HostPort(authority)
        // The API is asked over HTTPS, and the port of plain HTTP is not the one for it.
        case "http": host = HostPort(authority, defaultPort: 80)
        case "ssh", "git", "git+ssh", "ssh+git":
            host = HostPort(authority).map { HostPort(host: $0.host) }
        default: return nil
        }
        guard let host else { return nil }
        self.init(host: host, path: path)
    }

    /// `[user@]host:path`. A first part of the path that is a number before two others is a port that somebody wrote as
    /// one would in a URL (`git@ssh.github.com:443/owner/name`).
    private init?(remoteShell place: Substring, path: Substring) {
        let parts = place.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, let last = parts.last, let host = HostPort(last), host.port == nil else { return nil }
        var segments = path.split(separator: "/")
        if segments.count >= 3, let first = segments.first, first.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            segments.removeFirst()
        }
        self.init(host: host, segments: segments)
    }

    private init?(host: HostPort?, path: Substring) {
        self.init(host: host, segments: path.split(separator: "/"))
    }

    private init?(host: HostPort?, segments: [Substring]) {
        guard segments.count >= 2, host != nil || segments.count == 2 else { return nil }
        var name = segments[1]
        if name.hasSuffix(".git") { name.removeLast(4) }
        guard !name.isEmpty else { return nil }
        self.init(host: host.map(Self.webHost), owner: String(segments[0]), name: String(name))
    }

    /// One spelling for github.com. Its port 443 for ssh is behind a name of its own (docs.github.com, "Using SSH over the
    /// HTTPS port").
    private static func webHost(_ host: HostPort) -> HostPort {
        switch host.host {
        case "www.github.com", "ssh.github.com": HostPort(host: "github.com")
        case "github.com": HostPort(host: "github.com")
        default: host
        }
    }
}

extension String {
    /// The first place where `separator` stands.
    fileprivate func range(ofSeparator separator: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(separator) {
                return start..<index(start, offsetBy: separator.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
