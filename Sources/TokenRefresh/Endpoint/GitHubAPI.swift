/// The root of a GitHub REST API: `https://api.github.com`, `https://api.<tenant>.ghe.com`, or `https://<host>/api/v3`.
package struct GitHubAPI: Hashable, Sendable, CustomStringConvertible {
    package static let gitHub = GitHubAPI(url: "https://api.github.com", host: HostPort(host: "api.github.com"))

    /// Without a slash at its end.
    package let url: String
    package let host: HostPort

    package var description: String { url }

    private init(url: String, host: HostPort) {
        self.url = url
        self.host = host
    }

    /// The API of a web host.
    package init(webHost: HostPort) {
        self =
            switch webHost.host {
            case "github.com", "www.github.com", "api.github.com": .gitHub
            case let name where name.hasSuffix(".ghe.com"): .dataResidency(name)
            default: GitHubAPI(url: "https://\(webHost)/api/v3", host: webHost)
            }
    }

    /// Reads the URL of an API from a flag or an annotation. For github.com and ghe.com, which are known, the address of
    /// the web site does as well.
    ///
    /// - Throws: `.invalidEndpoint`; the text is not repeated, since it may hold a password.
    package init(parsing text: String) throws(RefreshFailure) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), text.utf8.count <= Self.longest else {
            throw Self.invalid("is not a URL")
        }
        let secure = text.lowercased().hasPrefix("https://")
        guard secure || text.lowercased().hasPrefix("http://") else { throw Self.invalid("must begin with https://") }
        var rest = text.dropFirst(secure ? 8 : 7)
        guard !rest.contains("@") else { throw Self.invalid("must not hold user information") }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" || $0 == "\\" || $0 == "%" }) else {
            throw Self.invalid("must not hold a query, a fragment or an escape")
        }
        while rest.hasSuffix("/") { rest.removeLast() }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let host = HostPort(rest[..<slash], defaultPort: secure ? 443 : 80) else {
            throw Self.invalid("holds no host name")
        }
        guard secure || host.isLoopback else { throw Self.invalid("must begin with https://, but for loopback") }
        let path = rest[slash...]
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw Self.invalid("has an empty or relative part in its path")
        }
        if host.port == nil, let known = Self.known(host.host) {
            guard path.isEmpty || path == "/api/v3" else { throw Self.invalid("must have no path for \(host)") }
            self = known
        } else {
            self.init(url: (secure ? "https://" : "http://") + "\(host)\(path)", host: host)
        }
    }

    private static let longest = 512

    private static func known(_ name: String) -> GitHubAPI? {
        let isKnown = ["github.com", "www.github.com", "api.github.com"].contains(name) || name.hasSuffix(".ghe.com")
        return isKnown ? GitHubAPI(webHost: HostPort(host: name)) : nil
    }

    /// GitHub Enterprise Cloud with data residency has its API at `api.<tenant>.ghe.com` (docs.github.com, "About GitHub
    /// Enterprise Cloud with data residency").
    private static func dataResidency(_ name: String) -> GitHubAPI {
        let host = HostPort(host: name.hasPrefix("api.") ? name : "api." + name)
        return GitHubAPI(url: "https://\(host)", host: host)
    }

    private static func invalid(_ what: String) -> RefreshFailure {
        RefreshFailure(.invalidEndpoint, "the GitHub API URL \(what)")
    }
}
