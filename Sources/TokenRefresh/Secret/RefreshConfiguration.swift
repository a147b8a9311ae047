/// What a Secret's annotations ask for.
package struct RefreshConfiguration: Equatable, Sendable {
    /// The name of the App's Secret, in the same namespace.
    package let appSecret: String
    /// As written; empty is nil.
    package internal(set) var apiURL: String?
    package let repositories: String?
    package let permissions: String?

    package init(
        appSecret: String, apiURL: String? = nil, repositories: String? = nil, permissions: String? = nil
    ) {
        self.appSecret = appSecret
        self.apiURL = apiURL
        self.repositories = repositories
        self.permissions = permissions
    }

    /// Nil for annotations of a Secret that is not managed.
    package init?(annotations: [String: String]) {
        func value(_ name: String) -> String? {
            guard let text = annotations[name], !text.isEmpty else { return nil }
            return text
        }
        guard let appSecret = value(RefreshAnnotation.appSecret) else { return nil }
        self.init(
            appSecret: appSecret, apiURL: value(RefreshAnnotation.apiURL),
            repositories: value(RefreshAnnotation.repositories), permissions: value(RefreshAnnotation.permissions))
    }

    /// Whether a token minted for `earlier` may be the wrong one now. An API URL that is gone is no reason: Kelos rewrites
    /// the annotations of a Session's Secret and leaves ours out.
    func asksForOther(than earlier: RefreshConfiguration) -> Bool {
        appSecret != earlier.appSecret || repositories != earlier.repositories || permissions != earlier.permissions
            || (apiURL != nil && earlier.apiURL != nil && apiURL != earlier.apiURL)
    }
}
