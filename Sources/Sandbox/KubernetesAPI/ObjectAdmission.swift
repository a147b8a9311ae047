internal import PodManifests

/// Mutating admission of one object, as the API server does it: which webhooks, what they are asked, what their answers do.
struct ObjectAdmission: Sendable {
    let webhooks: [ManifestValue]
    private let caller: any AdmissionCaller

    /// - Parameters:
    ///   - configurations: the MutatingWebhookConfigurations, in the order of their names.
    ///   - namespace: the object's Namespace.
    init(
        configurations: [ManifestValue], question: AdmissionQuestion, namespace: ManifestValue?,
        caller: any AdmissionCaller
    ) {
        self.caller = caller
        webhooks = configurations.flatMap { $0["webhooks"]?.elements ?? [] }.filter { webhook in
            // Either state of the object is enough, so that a label cannot be dropped to get by.
            let states = [question.object, question.old].compactMap(\.self)
            return (webhook["rules"]?.elements ?? []).contains { Self.covers($0, question) }
                && LabelSelector(webhook["namespaceSelector"]).selects(namespace?.labels ?? [:])
                && states.contains { LabelSelector(webhook["objectSelector"]).selects($0.labels) }
        }
    }

    private static func covers(_ rule: ManifestValue, _ question: AdmissionQuestion) -> Bool {
        func has(_ field: String, _ value: String) -> Bool {
            (rule[field]?.elements ?? []).contains { $0 == .string(value) || $0 == "*" }
        }
        return has("operations", question.operation.rawValue) && has("apiGroups", question.target.resource.group)
            && has("apiVersions", question.target.version) && has("resources", question.target.resource.plural)
    }

    /// Asks each webhook in turn and applies what it says.
    ///
    /// - Throws: the denial, or 500 when a webhook with the failure policy `Fail` cannot be asked.
    func admit(_ question: AdmissionQuestion, uid: String) async throws(APIStatus) -> ManifestValue {
        var object = question.object
        for webhook in webhooks {
            let name = webhook["name"]?.string ?? ""
            let answer: [UInt8]
            do {
                let review = JSONWriter.compact(question.review(of: object, uid: uid))
                answer = try await caller.call(webhook, review: review)
            } catch {
                if webhook["failurePolicy"] == "Ignore" { continue }
                throw APIStatus(
                    500, "InternalError", "Internal error occurred: failed calling webhook \"\(name)\": \(error)")
            }
            object = try Self.applied(answer, to: object, name: name)
        }
        return object
    }

    private static func applied(
        _ answer: [UInt8], to object: ManifestValue, name: String
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
        guard let text = response["patch"]?.string else { return object }
        guard let bytes = Base64Text.decoded(text), let patch = try? ManifestValue(json: bytes) else {
            throw APIStatus(500, "InternalError", "Internal error occurred: webhook \"\(name)\" sent a broken patch")
        }
        return try ObjectPatch.operations(patch).applied(to: object)
    }
}
