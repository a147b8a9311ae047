/// Which pods the API server asks the webhook about, as the manifest that ships registers it.
package enum WebhookSelectors {
    /// Label selectors as in the query of a list. A pod may match more than one.
    package static let pods = [
        "kelos.dev/managed-by in (kelos-controller),kelos.dev/component in (task,session,worker),"
            + "kelos.dev/github-token notin (disabled)",
        "kelos.dev/github-token in (enabled)",
    ]
}
