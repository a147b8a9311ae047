/// What is known of the repository whose host has the API.
package enum WorkspaceReading: Equatable, Sendable {
    /// The Secret has no owner with a Workspace, or the Workspace names no repository.
    case none
    /// The Workspace's `spec.repo`.
    case repository(String)
    /// It should be there and could not be read; the reason is fit for an event.
    case unreadable(String)
}

/// Which API gives a Secret's tokens.
package struct EndpointChoice: Equatable, Sendable {
    /// `--github-api-base-url`.
    package let standard: GitHubAPI
    package let trusted: TrustedHosts

    package init(standard: GitHubAPI, trusted: TrustedHosts) {
        self.standard = standard
        self.trusted = trusted
    }

    /// Whether the Workspace must be read to choose: not when the annotation names the API.
    package static func needsWorkspace(_ configuration: RefreshConfiguration) -> Bool {
        configuration.apiURL == nil
    }

    /// The annotation's, else that of the Workspace's host, else the standard one.
    ///
    /// - Throws: `.workspaceUnreadable`, never a silent step to github.com; `.invalidEndpoint` and `.untrustedHost`.
    package func api(
        for configuration: RefreshConfiguration, workspace: WorkspaceReading
    ) throws(RefreshFailure) -> GitHubAPI {
        let api = try chosen(configuration, workspace)
        try trusted.check(api)
        return api
    }

    private func chosen(
        _ configuration: RefreshConfiguration, _ workspace: WorkspaceReading
    ) throws(RefreshFailure) -> GitHubAPI {
        if let url = configuration.apiURL { return try GitHubAPI(parsing: url) }
        switch workspace {
        case .none: return standard
        case .unreadable(let reason):
            throw RefreshFailure(.workspaceUnreadable, "the Workspace that names the GitHub host: \(reason)")
        case .repository(let text):
            guard let repository = RepositoryURL(text) else {
                throw RefreshFailure(.invalidEndpoint, "the Workspace's repo is no URL of a repository")
            }
            guard let host = repository.host else { return standard }
            let api = GitHubAPI(webHost: host)
            // The operator may reach that very host by another path, a proxy's for one.
            return api.host == standard.host ? standard : api
        }
    }
}
