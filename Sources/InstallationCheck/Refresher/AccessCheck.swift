internal import PodManifests

struct ServiceAccount: Sendable, Equatable {
    let namespace: String
    let name: String

    var user: String { "system:serviceaccount:\(namespace):\(name)" }
    var groups: [String] { ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"] }
}

/// One thing that the refresher does with the Kubernetes API.
struct AccessNeed: Sendable, Equatable {
    let group: String
    let resource: String
    let verb: String
    /// Only where the refresher itself runs.
    let isOwn: Bool

    /// `patch secrets`, `get tasks.kelos.dev`: as `kubectl auth can-i` takes it.
    var text: String { group.isEmpty ? "\(verb) \(resource)" : "\(verb) \(resource).\(group)" }

    /// All that it needs, where it refreshes and where it runs.
    static let all: [AccessNeed] =
        needs("", "secrets", ["get", "list", "watch", "patch"]) + needs("", "events", ["create", "patch"])
        + needs("", "pods", ["list"]) + needs("batch", "jobs", ["get"])
        + needs("apps", "statefulsets", ["get", "list"])
        + ["tasks", "workerpools", "sessions", "workspaces"].flatMap { needs("kelos.dev", $0, ["get"]) }
        + needs("coordination.k8s.io", "leases", ["get", "create", "patch"], isOwn: true)

    private static func needs(
        _ group: String, _ resource: String, _ verbs: [String], isOwn: Bool = false
    ) -> [AccessNeed] {
        verbs.map { AccessNeed(group: group, resource: resource, verb: $0, isOwn: isOwn) }
    }

    /// A SubjectAccessReview, or a LocalSubjectAccessReview for one namespace.
    ///
    /// - Parameter leaseName: roles may allow one Lease by its name.
    func review(for account: ServiceAccount, in namespace: String?, leaseName: String) -> ManifestValue {
        var attributes: ManifestValue = ["verb": .string(verb), "resource": .string(resource)]
        if !group.isEmpty { attributes.set("group", .string(group)) }
        if let namespace { attributes.set("namespace", .string(namespace)) }
        // A request to create names its object in the body only.
        if isOwn, verb != "create" { attributes.set("name", .string(leaseName)) }
        var review: ManifestValue = [
            "apiVersion": "authorization.k8s.io/v1",
            "kind": namespace == nil ? "SubjectAccessReview" : "LocalSubjectAccessReview",
            "spec": [
                "user": .string(account.user), "groups": .array(account.groups.map { .string($0) }),
                "resourceAttributes": attributes,
            ],
        ]
        if let namespace { review.set("metadata", ["namespace": .string(namespace)]) }
        return review
    }
}

/// Whether the refresher's account may do what the refresher does.
struct AccessCheck {
    let account: ServiceAccount

    /// - Parameter answers: for each need and namespace; the namespace is nil for all of them.
    func result(_ answers: [(need: AccessNeed, namespace: String?, reading: Reading<Bool>)]) -> CheckResult {
        if let unread = answers.lazy.compactMap({ answer in
            answer.reading.obstacle(
                .access,
                right: answer.namespace.map { "create localsubjectaccessreviews -n \($0)" }
                    ?? "create subjectaccessreviews")
        }).first {
            return unread
        }
        let refused = answers.filter { $0.reading.value != true }.map { answer in
            "\(answer.need.text) in " + (answer.namespace.map { "namespace \($0)" } ?? "all namespaces")
        }
        guard refused.isEmpty else {
            return .failed(
                .access,
                "the ServiceAccount \(account.namespace)/\(account.name) lacks \(refused.count) of \(answers.count) rights",
                mend: "apply the refresher's roles and bindings again; kubectl auth can-i VERB RESOURCE --as "
                    + "\(account.user) shows the same",
                details: refused)
        }
        return .ok(
            .access, "the ServiceAccount \(account.namespace)/\(account.name) has the \(answers.count) rights it needs")
    }
}
