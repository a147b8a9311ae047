internal import PodManifests

/// What webhooks are asked about.
struct AdmissionQuestion: Sendable {
    enum Operation: String, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
    }

    let target: APITarget
    let operation: Operation
    /// In the version of the request, with `apiVersion` and `kind`.
    let object: ManifestValue
    /// Nil for a new object.
    let old: ManifestValue?
    let isTrial: Bool

    init(_ target: APITarget, _ operation: Operation, _ object: ManifestValue, old: ManifestValue?, isTrial: Bool) {
        self.target = target
        self.operation = operation
        self.object = object
        self.old = old
        self.isTrial = isTrial
    }

    /// - Parameter current: the object, as the webhooks before this one have left it.
    func review(of current: ManifestValue, uid: String) -> ManifestValue {
        let resource = target.resource
        let kind: ManifestValue = [
            "group": .string(resource.group), "version": .string(target.version), "kind": .string(resource.kind),
        ]
        let plural: ManifestValue = [
            "group": .string(resource.group), "version": .string(target.version), "resource": .string(resource.plural),
        ]
        let options = operation == .create ? "CreateOptions" : "UpdateOptions"
        return [
            "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
            "request": [
                "uid": .string(uid), "kind": kind, "resource": plural, "requestKind": kind, "requestResource": plural,
                "name": .string(current.name), "namespace": .string(target.namespace ?? ""),
                "operation": .string(operation.rawValue),
                "userInfo": ["username": "sandbox", "groups": ["system:authenticated"]], "object": current,
                "oldObject": old ?? .null, "dryRun": .bool(isTrial),
                "options": ["kind": .string(options), "apiVersion": "meta.k8s.io/v1"],
            ],
        ]
    }
}
