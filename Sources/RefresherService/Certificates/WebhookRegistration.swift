internal import Kubernetes
internal import RawJSON
internal import TLS

/// A MutatingWebhookConfiguration, as far as certificates go.
struct WebhookRegistration: Sendable {
    struct Entry: Sendable {
        /// Nil where the API server would not know whom to call either.
        let target: WebhookTarget?
        let bundle: [CertificateBundle.Entry]

        /// The bundle's PEM.
        var authorities: [UInt8] { bundle.flatMap(\.pem) }
    }

    /// As many as the API server has been seen with; a configuration of somebody else's making may hold more.
    private static let mostEntries = 256

    let resourceVersion: String
    /// In their order, which a patch names them by.
    let entries: [Entry]

    /// - Throws: `CertificateProblem` for what is no such object.
    init(_ body: [UInt8]) throws(CertificateProblem) {
        var index = JSONIndex()
        let root: JSONValue
        do {
            root = try index.read(unsafe body.span.bytes)
        } catch {
            throw CertificateProblem("The MutatingWebhookConfiguration is not JSON: \(error)")
        }
        guard let version = root.field("metadata")?.field("resourceVersion")?.string, !version.isEmpty else {
            throw CertificateProblem("The MutatingWebhookConfiguration has no metadata.resourceVersion")
        }
        resourceVersion = version
        var entries: [Entry] = []
        var webhooks = root.elements(of: "webhooks")
        while let webhook = webhooks.nextElement() {
            guard entries.count < Self.mostEntries else {
                throw CertificateProblem("The MutatingWebhookConfiguration has over \(Self.mostEntries) webhooks")
            }
            guard let client = webhook.field("clientConfig") else {
                entries.append(Entry(target: nil, bundle: []))
                continue
            }
            let bundle = client.field("caBundle")?.string.flatMap { [UInt8](base64: $0) } ?? []
            var target: WebhookTarget?
            if let service = client.field("service") {
                target = .service(
                    ServiceTarget(
                        namespace: service.field("namespace")?.string, name: service.field("name")?.string,
                        port: service.field("port")?.integer, path: service.field("path")?.string))
            } else if let url = client.field("url")?.string {
                target = URLTarget(url).map(WebhookTarget.url)
            }
            entries.append(Entry(target: target, bundle: CertificateBundle.entries(bundle)))
        }
        self.entries = entries
    }

    /// Each place where webhooks are called, once, in the order of the entries. Those of one Service differ in their paths.
    var targets: [WebhookTarget] {
        entries.compactMap(\.target).reduce(into: []) { targets, target in
            if !targets.contains(where: { $0.address == target.address }) { targets.append(target) }
        }
    }

    /// The hosts that the certificate must be for.
    var hosts: Set<String> {
        var hosts: Set<String> = []
        for target in targets {
            let isService = if case .service = target { true } else { false }
            // The second is what others in the cluster would call a Service by.
            for host in isService ? [target.host, target.host + ".cluster.local"] : [target.host]
            where SubjectName(host: host) != nil {
                hosts.insert(host)
            }
        }
        return hosts
    }

    /// Sets the bundles and nothing else, if nobody has changed the configuration since (RFC 6902).
    ///
    /// - Parameter bundles: PEM for each entry; nil leaves it as it is.
    func patch(_ bundles: [[UInt8]?]) -> [UInt8] {
        var body: [UInt8] = []
        body.append(#"[{"op":"replace","path":"/metadata/resourceVersion","value":"#)
        body.append(quoted: resourceVersion)
        body.append("}")
        for (position, bundle) in bundles.enumerated() {
            guard let bundle else { continue }
            body.append(#",{"op":"add","path":"/webhooks/"#)
            body.append(decimal: position)
            body.append(#"/clientConfig/caBundle","value":""#)
            body.append(base64: bundle)
            body.append(#""}"#)
        }
        body.append("]")
        return body
    }
}
