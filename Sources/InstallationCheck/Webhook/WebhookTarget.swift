internal import Kubernetes
internal import PodManifests

extension WebhookTarget {
    /// Nil for a `clientConfig` that names neither a Service nor an https URL.
    init?(_ configuration: ManifestValue?) {
        if let service = configuration?["service"] {
            self = .service(ServiceTarget(service))
        } else if let url = configuration?["url"]?.string.flatMap(URLTarget.init) {
            self = .url(url)
        } else {
            return nil
        }
    }
}

extension ServiceTarget {
    init(_ value: ManifestValue) {
        self.init(
            namespace: value["namespace"]?.string, name: value["name"]?.string, port: value["port"]?.integer,
            path: value["path"]?.string)
    }
}
