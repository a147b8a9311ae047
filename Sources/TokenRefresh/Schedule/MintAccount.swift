/// Whom limits are counted for: an App, at an API.
package struct MintAccount: Hashable, Sendable {
    package let app: String
    /// Its URL.
    package let api: String

    package init(app: String, api: String) {
        self.app = app
        self.api = api
    }
}
