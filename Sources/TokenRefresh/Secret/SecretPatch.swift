import RawJSON

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

/// The contents of a JSON merge patch (RFC 7386) for a Secret. Each names the `resourceVersion` it was decided on, so
/// that the API server refuses it with 409 when somebody else has written since.
package enum SecretPatch {
    package static let contentType = "application/merge-patch+json"

    /// Token, expiry and API URL, which change together or not at all.
    ///
    /// - Returns: bytes that carry the token.
    package static func refresh(_ minted: MintedToken, resourceVersion: String) -> [UInt8] {
        var patch = opening(resourceVersion)
        patch.append(quoted: RefreshAnnotation.expiresAt)
        patch.append(":")
        patch.append(quoted: minted.expiry.rfc3339)
        patch.append(",")
        patch.append(quoted: RefreshAnnotation.apiURL)
        patch.append(":")
        patch.append(quoted: minted.apiURL)
        patch.append(#"}},"data":{"GITHUB_TOKEN":""#)
        patch.append(base64: Array(minted.token.revealed.utf8))
        patch.append(#""}}"#)
        return patch
    }

    /// The two annotations that make a Secret of an older Kelos a managed one.
    package static func adoption(appSecret: String, expiry: Timestamp, resourceVersion: String) -> [UInt8] {
        var patch = opening(resourceVersion)
        patch.append(quoted: RefreshAnnotation.appSecret)
        patch.append(":")
        patch.append(quoted: appSecret)
        patch.append(",")
        patch.append(quoted: RefreshAnnotation.expiresAt)
        patch.append(":")
        patch.append(quoted: expiry.rfc3339)
        patch.append("}}}")
        return patch
    }

    private static func opening(_ resourceVersion: String) -> [UInt8] {
        var patch: [UInt8] = []
        patch.append(#"{"metadata":{"resourceVersion":"#)
        patch.append(quoted: resourceVersion)
        patch.append(#","annotations":{"#)
        return patch
    }
}
