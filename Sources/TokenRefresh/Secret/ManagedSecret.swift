/// A Secret that holds a token to refresh: what a decision needs of its metadata, and none of its data.
package struct ManagedSecret: Equatable, Sendable {
    package internal(set) var resourceVersion: String
    package internal(set) var configuration: RefreshConfiguration
    /// Nil if the annotation is missing or is no time; the token is minted at once then.
    package internal(set) var expiry: Timestamp?

    package init(resourceVersion: String, configuration: RefreshConfiguration, expiry: Timestamp?) {
        self.resourceVersion = resourceVersion
        self.configuration = configuration
        self.expiry = expiry
    }

    /// - Parameters:
    ///   - annotations: all of the Secret's.
    ///   - holdsToken: false if it is known that there is no `data.GITHUB_TOKEN`; metadata tells by `managedFields`, where
    ///     the key would be `f:data` / `f:GITHUB_TOKEN`. Nil if unknown.
    /// - Returns: nil for a Secret without the annotation that says so: such a token is somebody's own and never touched.
    package init?(resourceVersion: String, annotations: [String: String], holdsToken: Bool? = nil) {
        guard let configuration = RefreshConfiguration(annotations: annotations) else { return nil }
        let expiry = annotations[RefreshAnnotation.expiresAt].flatMap { Timestamp(rfc3339: $0) }
        self.init(
            resourceVersion: resourceVersion, configuration: configuration,
            expiry: holdsToken == false ? nil : expiry)
    }
}
