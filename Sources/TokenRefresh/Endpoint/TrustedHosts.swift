/// The hosts that may be shown an App's JWT. Annotations and Workspaces are written by users of a namespace; without this
/// list, one of them could have the JWT sent to a server of their own.
package struct TrustedHosts: Equatable, Sendable {
    package static let flag = "--allow-github-host"

    private let allowed: Set<HostPort>
    private let allowsAll: Bool

    /// - Parameters:
    ///   - api: of `--github-api-base-url`.
    ///   - hosts: of each `--allow-github-host`: `host`, `host:port`, or `*` for all.
    /// - Throws: `.invalidEndpoint` for what is no host.
    package init(api: GitHubAPI, hosts: [String] = []) throws(RefreshFailure) {
        var allowed: Set<HostPort> = [GitHubAPI.gitHub.host, api.host]
        for text in hosts where text != "*" {
            guard let host = HostPort(text) else {
                throw RefreshFailure(.invalidEndpoint, "\(Self.flag) wants host, host:port or *")
            }
            allowed.insert(host)
        }
        self.allowed = allowed
        self.allowsAll = hosts.contains("*")
    }

    /// - Throws: `.untrustedHost`, with the flag that would trust it.
    package func check(_ api: GitHubAPI) throws(RefreshFailure) {
        let isTenant = api.host.port == nil && api.host.host.hasSuffix(".ghe.com")
        guard allowsAll || isTenant || allowed.contains(api.host) else {
            throw RefreshFailure(
                .untrustedHost,
                "GitHub host \(api.host) is not trusted; the operator can allow it with \(Self.flag)=\(api.host)")
        }
    }
}
