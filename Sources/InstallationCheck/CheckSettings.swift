internal import PodManifests

/// What is looked at, and by which names. The defaults are those of the manifests.
package struct CheckSettings: Sendable {
    /// Where the webhook and the refresher run.
    package var systemNamespace = "kelos-token-system"
    package var configuration = "kelos-token-webhook"
    /// The Secret with the webhook's certificate.
    package var certificateSecret = "kelos-token-webhook-cert"
    /// The refresher's Deployment, ServiceAccount and Lease.
    package var refresher = "kelos-token-refresher"
    /// False where Kelos or something else keeps the tokens fresh.
    package var expectsRefresher = true
    /// The only namespace whose pods and Secrets are looked at; nil for all.
    package var namespace: String?
    /// Where the probe pods would be created, which they never are.
    package var probeNamespace = "default"
    /// The check runs in a pod of the cluster, so it can reach Services.
    package var isInCluster = false

    package init() {}

    /// The MutatingWebhookConfiguration that this version ships.
    ///
    /// - Throws: `ManifestError`; a test holds that it does not.
    static func shippedWebhooks() throws(ManifestError) -> [WebhookEntry] {
        let file = "mutatingwebhookconfiguration.yaml"
        let manifests = try ManifestReader.manifests(in: PackageResources.mutatingwebhookconfiguration_yaml, file: file)
        return manifests.flatMap { WebhookEntry.all(in: $0.value) }
    }
}
