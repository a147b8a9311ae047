/// A token that GitHub has just given.
package struct MintedToken: Equatable, Sendable {
    package let token: SecretText
    /// Checked: see `ExpiryRule`.
    package let expiry: Timestamp
    /// The API that gave it, as it is written back to the Secret.
    package let apiURL: String

    package init(token: SecretText, expiry: Timestamp, apiURL: String) {
        self.token = token
        self.expiry = expiry
        self.apiURL = apiURL
    }
}
