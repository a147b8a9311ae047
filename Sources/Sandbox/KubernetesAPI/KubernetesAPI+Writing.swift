internal import HTTPSemantics
internal import PodManifests

extension KubernetesAPI {
    /// As often as the API server's own patch handler tries when others write at the same time.
    private static let mostTries = 5

    func create(
        _ request: SandboxRequest, _ target: APITarget, _ form: Representation
    ) throws(APIStatus) -> SandboxAnswer {
        let object = try request.object()
        let namespace = target.namespace ?? ""
        guard namespace.isEmpty != target.resource.isNamespaced else { throw .wrongMethod }
        let circumstances = environment.circumstances()
        let isTrial = request.isTrial
        @Sendable func stored(_ object: ManifestValue) throws(APIStatus) -> WholeAnswer {
            let changes = try write(isTrial: isTrial) { registry throws(APIStatus) in
                [try registry.create(target.resource, namespace: namespace, object, circumstances)]
            }
            return WholeAnswer(201, form.object(changes.first?.new ?? .null))
        }
        var shown = form.whole.object(object)
        if target.resource.isNamespaced { shown.set(path: ["metadata", "namespace"], .string(namespace)) }
        let question = AdmissionQuestion(target, .create, shown, old: nil, isTrial: isTrial)
        guard let plan = try admission(of: question) else { return .whole(try stored(object)) }
        return later { () async throws(APIStatus) in try stored(try await plan.admit(question, uid: circumstances.uid))
        }
    }

    /// Changes an object, as PUT and PATCH do.
    ///
    /// - Parameter edit: makes the new object of the old one, both in the version of the request.
    func change(
        _ request: SandboxRequest, _ target: APITarget, _ form: Representation,
        _ edit: @escaping @Sendable (ManifestValue) throws(APIStatus) -> ManifestValue
    ) throws(APIStatus) -> SandboxAnswer {
        let isTrial = request.isTrial
        let question = try question(target, isTrial: isTrial, edit)
        guard target.subresource == nil, try admission(of: question) != nil else {
            return .whole(WholeAnswer(200, form.object(try replace(target, isTrial: isTrial, edit))))
        }
        return later { () async throws(APIStatus) in
            var attempt = 1
            while true {
                let question = try self.question(target, isTrial: isTrial, edit)
                let plan = try self.admission(of: question)
                let admitted = try await plan?.admit(question, uid: self.environment.circumstances().uid)
                do throws(APIStatus) {
                    let stored = try self.replace(target, isTrial: isTrial) { current throws(APIStatus) in
                        // What was admitted was made of this revision and of no other.
                        guard current.revision == question.old?.revision else {
                            throw .conflict(target.resource, current.name)
                        }
                        return admitted ?? question.object
                    }
                    return WholeAnswer(200, form.object(stored))
                } catch {
                    guard error.code == 409, attempt < Self.mostTries else { throw error }
                    attempt += 1
                }
            }
        }
    }

    func delete(
        _ request: SandboxRequest, _ target: APITarget, _ form: Representation
    ) throws(APIStatus) -> WholeAnswer {
        let options = request.body.isEmpty ? [:] : try request.object()
        let old = try remove(target.resource, target.key, options, isTrial: request.isTrial)
        if let left = object(target.resource, target.key.namespace, target.key.name) {
            return WholeAnswer(200, form.object(left))
        }
        return WholeAnswer(
            200,
            [
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
                "details": [
                    "name": .string(old.name), "group": .string(target.resource.group),
                    "kind": .string(target.resource.plural), "uid": .string(old.uid),
                ],
            ])
    }

    @discardableResult
    func remove(
        _ resource: APIResource, _ key: ObjectKey, _ options: ManifestValue, isTrial: Bool = false
    ) throws(APIStatus) -> ManifestValue {
        let now = environment.circumstances().now
        let old = try locked { state throws(APIStatus) in try state.registry.get(resource, key) }
        _ = try write(isTrial: isTrial) { registry throws(APIStatus) in
            try registry.delete(resource, key, options: options, now: now)
        }
        return old
    }

    static func patch(_ request: SandboxRequest, _ resource: APIResource) throws(APIStatus) -> ObjectPatch {
        switch request.contentType {
        case "application/merge-patch+json": return .merge(try request.object())
        case "application/json-patch+json": return .operations(try request.object())
        case "application/strategic-merge-patch+json" where !resource.isCustom: return .strategic(try request.object())
        default: throw .unsupportedPatch
        }
    }

    static func publish(_ changes: [ObjectChange], _ state: inout State) {
        for change in changes {
            for watch in state.watches { watch.tell(change) }
        }
    }

    private func replace(
        _ target: APITarget, isTrial: Bool, _ edit: (ManifestValue) throws(APIStatus) -> ManifestValue
    ) throws(APIStatus) -> ManifestValue {
        let isStatus = target.subresource == "status"
        var stored: ManifestValue = .null
        let changes = try write(isTrial: isTrial) { registry throws(APIStatus) in
            stored = try registry.get(target.resource, target.key)
            // Clients name the version that they see in what they send back.
            let edited = try edit(Representation(target, accept: "").object(stored))
            return [try registry.update(target.resource, target.key, edited, statusOnly: isStatus)].compactMap(\.self)
        }
        return changes.first?.new ?? stored
    }

    private func question(
        _ target: APITarget, isTrial: Bool, _ edit: (ManifestValue) throws(APIStatus) -> ManifestValue
    ) throws(APIStatus) -> AdmissionQuestion {
        let old = try locked { state throws(APIStatus) in try state.registry.get(target.resource, target.key) }
        let shown = Representation(target, accept: "").object(old)
        return AdmissionQuestion(target, .update, try edit(shown), old: shown, isTrial: isTrial)
    }

    /// The webhooks that must be asked; nil when there are none.
    private func admission(of question: AdmissionQuestion) throws(APIStatus) -> ObjectAdmission? {
        guard let admission, question.target.resource != .webhooks else { return nil }
        let plan = try locked { state throws(APIStatus) in
            let store = state.registry.store
            return ObjectAdmission(
                configurations: try store.list(.webhooks, namespace: nil).objects, question: question,
                namespace: store.object(.namespaces, ObjectKey("", question.target.namespace ?? "")), caller: admission)
        }
        return plan.webhooks.isEmpty ? nil : plan
    }

    private func write(
        isTrial: Bool, _ make: (inout ObjectRegistry) throws(APIStatus) -> [ObjectChange]
    ) throws(APIStatus) -> [ObjectChange] {
        try locked { state throws(APIStatus) in
            if isTrial {
                var copy = state.registry
                return try make(&copy)
            }
            let changes = try make(&state.registry)
            Self.publish(changes, &state)
            return changes
        }
    }

    /// Answers once the webhooks have.
    private func later(_ work: @escaping @Sendable () async throws(APIStatus) -> WholeAnswer) -> SandboxAnswer {
        let stream = ResponseStream(startsNow: false)
        Task {
            var head = Response()
            do throws(APIStatus) {
                try await work().fill(&head)
            } catch {
                WholeAnswer(error).fill(&head)
            }
            stream.begin(head)
            stream.finish()
        }
        return .later(stream)
    }
}
