/// Annotations on a managed Secret. The first two are Kelos's own; the others are this project's.
package enum RefreshAnnotation {
    package static let appSecret = "kelos.dev/github-app-secret"
    package static let expiresAt = "kelos.dev/token-expires-at"
    package static let apiURL = "kelos.dev/github-api-url"
    package static let repositories = "kelos.dev/github-repositories"
    package static let permissions = "kelos.dev/github-permissions"
}
