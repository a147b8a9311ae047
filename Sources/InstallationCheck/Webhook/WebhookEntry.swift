internal import Kubernetes
internal import PodManifests

/// One webhook of a MutatingWebhookConfiguration (admissionregistration.k8s.io/v1), with the API's defaults filled in.
struct WebhookEntry: Sendable, Equatable {
    let name: String
    let target: WebhookTarget?
    /// PEM; nil without a `caBundle`, or with one that is not base64.
    let authorities: [UInt8]?
    let rules: [WebhookRule]
    let objectSelector: LabelSelector
    let namespaceSelector: LabelSelector
    let failurePolicy: String
    let timeoutSeconds: Int
    let sideEffects: String
    let matchPolicy: String
    let reinvocationPolicy: String

    init(_ value: ManifestValue) {
        name = value["name"]?.string ?? ""
        target = WebhookTarget(value["clientConfig"])
        let bundle = value[path: ["clientConfig", "caBundle"]]?.string ?? ""
        authorities = bundle.isEmpty ? nil : [UInt8](base64: bundle)
        rules = (value["rules"]?.elements ?? []).map(WebhookRule.init)
        objectSelector = LabelSelector(value["objectSelector"])
        namespaceSelector = LabelSelector(value["namespaceSelector"])
        failurePolicy = value["failurePolicy"]?.string ?? "Fail"
        timeoutSeconds = value["timeoutSeconds"]?.integer ?? 10
        sideEffects = value["sideEffects"]?.string ?? ""
        matchPolicy = value["matchPolicy"]?.string ?? "Equivalent"
        reinvocationPolicy = value["reinvocationPolicy"]?.string ?? "Never"
    }

    static func all(in configuration: ManifestValue) -> [WebhookEntry] {
        (configuration["webhooks"]?.elements ?? []).map(WebhookEntry.init)
    }

    /// Whether it is asked about new pods.
    var isAboutPods: Bool {
        rules.contains { $0.covers(group: "", version: "v1", resource: "pods", operation: "CREATE") }
    }
}

/// Which requests a webhook is asked about.
struct WebhookRule: Sendable, Equatable {
    let groups: [String]
    let versions: [String]
    let resources: [String]
    let operations: [String]

    init(_ value: ManifestValue) {
        func texts(_ key: String) -> [String] { (value[key]?.elements ?? []).compactMap(\.string) }
        groups = texts("apiGroups")
        versions = texts("apiVersions")
        resources = texts("resources")
        operations = texts("operations")
    }

    func covers(group: String, version: String, resource: String, operation: String) -> Bool {
        func has(_ list: [String], _ value: String) -> Bool { list.contains(value) || list.contains("*") }
        return has(groups, group) && has(versions, version) && has(operations, operation)
            && (has(resources, resource) || resources.contains("*/*"))
    }

    /// What of this rule none of the others covers, such as `CREATE v1 pods`.
    func gaps(in others: [WebhookRule]) -> [String] {
        var gaps: [String] = []
        for group in groups {
            for version in versions {
                for resource in resources {
                    for operation in operations
                    where !others.contains(where: {
                        $0.covers(group: group, version: version, resource: resource, operation: operation)
                    }) {
                        gaps.append("\(operation) \(group.isEmpty ? "" : group + "/")\(version) \(resource)")
                    }
                }
            }
        }
        return gaps
    }
}
