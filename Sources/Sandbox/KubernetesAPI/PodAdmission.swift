internal import PodManifests

/// Mutating admission of one new pod, as the API server does it: which webhooks, what they are asked, what their answers do.
struct PodAdmission: Sendable {
    let webhooks: [ManifestValue]

    /// - Parameters:
    ///   - configurations: the MutatingWebhookConfigurations, in the order of their names.
    ///   - namespace: the pod's Namespace object.
    init(configurations: [ManifestValue], pod: ManifestValue, namespace: ManifestValue?) {
        webhooks = configurations.flatMap { $0["webhooks"]?.elements ?? [] }.filter { webhook in
            (webhook["rules"]?.elements ?? []).contains(where: Self.coversNewPods)
                && Self.selects(webhook["namespaceSelector"], namespace?.metadata["labels"])
                && Self.selects(webhook["objectSelector"], pod.metadata["labels"])
        }
    }

    private static func coversNewPods(_ rule: ManifestValue) -> Bool {
        func has(_ field: String, _ value: ManifestValue) -> Bool {
            (rule[field]?.elements ?? []).contains { $0 == value || $0 == "*" }
        }
        return has("operations", "CREATE") && has("apiGroups", "") && has("apiVersions", "v1")
            && has("resources", "pods")
    }

    /// A LabelSelector; absent and empty ones select everything.
    private static func selects(_ selector: ManifestValue?, _ labels: ManifestValue?) -> Bool {
        let labels = labels?.strings ?? [:]
        let matches = (selector?["matchLabels"]?.strings ?? [:]).allSatisfy { labels[$0.key] == $0.value }
        return matches
            && (selector?["matchExpressions"]?.elements ?? []).allSatisfy { expression in
                let value = labels[expression["key"]?.string ?? ""]
                let values = (expression["values"]?.elements ?? []).compactMap(\.string)
                return switch expression["operator"]?.string {
                case "In": value.map(values.contains) ?? false
                case "NotIn": !(value.map(values.contains) ?? false)
                case "Exists": value != nil
                case "DoesNotExist": value == nil
                default: false
                }
            }
    }

    /// Asks each webhook in turn and applies what it says.
    ///
    /// - Throws: the denial, or 500 when a webhook with the failure policy `Fail` cannot be asked.
    func admit(_ pod: ManifestValue, uid: String, caller: any AdmissionCaller) async throws(APIStatus) -> ManifestValue
    {
        var pod = pod
        for webhook in webhooks {
            let name = webhook["name"]?.string ?? ""
            let answer: [UInt8]
            do {
                answer = try await caller.call(webhook, review: JSONWriter.compact(Self.review(pod, uid: uid)))
            } catch {
                if webhook["failurePolicy"] == "Ignore" { continue }
                throw APIStatus(500, "InternalError", "Internal error occurred: failed calling webhook \"\(name)\"")
            }
            pod = try Self.applied(answer, to: pod, name: name)
        }
        return pod
    }

    private static func review(_ pod: ManifestValue, uid: String) -> ManifestValue {
        let kind: ManifestValue = ["group": "", "version": "v1", "kind": "Pod"]
        let resource: ManifestValue = ["group": "", "version": "v1", "resource": "pods"]
        return [
            "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
            "request": [
                "uid": .string(uid), "kind": kind, "resource": resource, "requestKind": kind,
                "requestResource": resource, "name": .string(pod.name), "namespace": .string(pod.namespace),
                "operation": "CREATE", "userInfo": ["username": "sandbox", "groups": ["system:authenticated"]],
                "object": pod, "oldObject": .null, "dryRun": .bool(false),
                "options": ["kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"],
            ],
        ]
    }

    private static func applied(
        _ answer: [UInt8], to pod: ManifestValue, name: String
    ) throws(APIStatus) -> ManifestValue {
        guard let review = try? ManifestValue(json: answer), let response = review["response"] else {
            throw APIStatus(
                500, "InternalError", "Internal error occurred: webhook \"\(name)\" gave no AdmissionReview")
        }
        guard response["allowed"]?.isTrue == true else {
            let status = response["status"]
            throw APIStatus(
                UInt16(status?["code"]?.integer ?? 403), status?["reason"]?.string ?? "Forbidden",
                "admission webhook \"\(name)\" denied the request: \(status?["message"]?.string ?? "")",
                details: status?["details"])
        }
        guard let text = response["patch"]?.string else { return pod }
        guard let bytes = Base64Text.decoded(text), let patch = try? ManifestValue(json: bytes) else {
            throw APIStatus(500, "InternalError", "Internal error occurred: webhook \"\(name)\" sent a broken patch")
        }
        return try ObjectPatch.operations(patch).applied(to: pod)
    }
}
