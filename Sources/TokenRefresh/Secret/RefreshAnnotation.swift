/// Annotations on a managed Secret. The first two are Kelos's own; the others are this project's. Their comments are the
/// README's.
package enum RefreshAnnotation {
    /// The Secret of a GitHub App (`appID`, `installationID`, `privateKey`) in the same namespace. With it, the Secret is
    /// managed.
    package static let appSecret = "kelos.dev/github-app-secret"
    /// Written: when the token expires. Missing or no time: a token is minted at once.
    package static let expiresAt = "kelos.dev/token-expires-at"
    /// The GitHub API; else that of the Workspace's repository, else `--github-api-base-url`. Written: the one that was
    /// used.
    package static let apiURL = "kelos.dev/github-api-url"
    /// A token for these repositories only, comma-separated.
    package static let repositories = "kelos.dev/github-repositories"
    /// A token with these permissions only, such as `contents=read,issues=write`.
    package static let permissions = "kelos.dev/github-permissions"
}
