package import PodManifests

/// Calls admission webhooks for the API.
package protocol AdmissionCaller: Sendable {
    /// Sends a review to a webhook and gives its answer's body.
    ///
    /// - Parameters:
    ///   - webhook: the entry of a MutatingWebhookConfiguration, `clientConfig` and `timeoutSeconds` included.
    ///   - review: an AdmissionReview v1 as JSON.
    func call(_ webhook: ManifestValue, review: [UInt8]) async throws -> [UInt8]
}
