internal import RawJSON
internal import TokenInjection

/// Applies to manifests what the webhook would apply to their pods, and checks Kelos objects as it would, by the same code
/// on the same JSON.
package struct PodMutation: Sendable {
    private let policy = InjectionPolicy()
    private let defaultNamespace: String

    /// - Parameter defaultNamespace: the namespace of objects that name none.
    package init(defaultNamespace: String) {
        self.defaultNamespace = defaultNamespace
    }

    /// - Throws: what keeps the document from being looked at.
    package func mutated(_ manifest: Manifest) throws(ManifestError) -> MutatedManifest {
        guard manifest.value.isObject else {
            throw ManifestError(
                file: manifest.file, document: manifest.document, problem: "is not a Kubernetes object")
        }
        var results: [(prefix: String, ObjectResult)] = []
        if let items = Self.items(of: manifest.value) {
            for (position, item) in items.enumerated() {
                results.append(("/items/\(position)", try result(for: item, in: manifest)))
            }
        } else {
            results.append(("", try result(for: manifest.value, in: manifest)))
        }
        let operations = results.flatMap { prefix, result in Self.prefixed(result.operations, with: prefix) }
        let patch = ManifestValue.array(operations)
        do throws(JSONPatch.Failure) {
            return MutatedManifest(
                original: manifest, value: try JSONPatch(patch).applied(to: manifest.value), patch: patch,
                reports: results.map(\.1.report))
        } catch {
            throw ManifestError(file: manifest.file, document: manifest.document, problem: error.description)
        }
    }

    /// The items of a `List`, or of a list of one kind such as a `PodList`.
    private static func items(of value: ManifestValue) -> [ManifestValue]? {
        guard value["kind"]?.string?.hasSuffix("List") == true else { return nil }
        return value["items"]?.elements
    }

    private struct ObjectResult {
        let report: ObjectReport
        var operations: [ManifestValue] = []
    }

    private func result(for object: ManifestValue, in manifest: Manifest) throws(ManifestError) -> ObjectResult {
        let name = ObjectReport.name(of: object)
        do throws(RawJSONError) {
            if let kind = Self.kelosKind(of: object) {
                return ObjectResult(report: try ObjectReport(name: name, judging: object, of: kind))
            }
            guard let site = PodSite(of: object), let pod = object[path: site.path], pod.isObject else {
                return ObjectResult(report: ObjectReport(name: name, outcome: Self.noPod(in: object), warnings: []))
            }
            return try result(
                for: pod, at: site, in: site.namespace(in: object, default: defaultNamespace), named: name)
        } catch {
            throw ManifestError(file: manifest.file, document: manifest.document, problem: error.description)
        }
    }

    private func result(
        for pod: ManifestValue, at site: PodSite, in namespace: String, named name: String
    ) throws(RawJSONError) -> ObjectResult {
        let bytes = JSONWriter.compact(pod)
        var index = JSONIndex()
        var patch: [UInt8] = []
        let view = try unsafe index.read(bytes.span.bytes)
        let plan = policy.plan(for: view, in: namespace, at: site.location, patch: &patch)
        let outcome = Self.outcome(of: plan)
        let report = ObjectReport(name: name, outcome: outcome, warnings: plan.warnings)
        guard case .patched = outcome else { return ObjectResult(report: report) }
        return ObjectResult(report: report, operations: try ManifestValue(json: patch).elements ?? [])
    }

    private static func outcome(of plan: InjectionPlan) -> ObjectReport.Outcome {
        switch plan.outcome {
        case .skip(let reason): .unchanged(reason: reason.rawValue, explanation: reason.explanation)
        case .patch(let facts): .patched(facts)
        case .refuse(let violations): .refused(violations, unlisted: plan.unlisted)
        }
    }

    private static func kelosKind(of object: ManifestValue) -> KelosKind? {
        guard let version = object["apiVersion"]?.string, let kind = object["kind"]?.string else { return nil }
        return KelosKind(apiVersion: version, kind: kind)
    }

    private static func noPod(in object: ManifestValue) -> ObjectReport.Outcome {
        let isKelos = object["apiVersion"]?.string?.hasPrefix("kelos.dev/") == true
        return .unchanged(
            reason: SkipReason.notAPod.rawValue,
            explanation: isKelos
                ? "Objects of this kind of Kelos are not checked."
                : "It is neither a pod nor an object with a pod template.")
    }

    private static func prefixed(_ operations: [ManifestValue], with prefix: String) -> [ManifestValue] {
        guard !prefix.isEmpty else { return operations }
        return operations.map { operation in
            guard case .object(let members) = operation else { return operation }
            return .object(
                members.map { member in
                    guard member.key == "path", let path = member.value.string else { return member }
                    return ManifestMember(member.key, .string(prefix + path))
                })
        }
    }
}
