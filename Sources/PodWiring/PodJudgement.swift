internal import Kubernetes
internal import RawJSON
internal import TokenInjection

/// Judges pods by the webhook's own rules, so that there is no second set of them.
package struct PodJudgement: Sendable {
    private let policy: InjectionPolicy

    /// - Parameter systemNamespace: where the webhook runs and touches no pod.
    package init(systemNamespace: String? = nil) {
        policy = InjectionPolicy(ownNamespace: systemNamespace)
    }

    struct Page {
        let pods: [JudgedPod]
        let continuation: String?
    }

    /// - Parameter body: a PodList. Pods that are being deleted are left out.
    /// - Returns: nil for what is not JSON.
    func page(_ body: [UInt8]) -> Page? {
        var index = JSONIndex()
        guard let root = try? index.read(unsafe body.span.bytes) else { return nil }
        var pods: [JudgedPod] = []
        var items = root.elements(of: "items")
        while let pod = items.nextElement() {
            guard let metadata = ObjectMetadata(pod, MetadataSelection()), metadata.deletionTimestamp == nil else {
                continue
            }
            pods.append(
                JudgedPod(
                    metadata: metadata, lack: lack(of: pod, in: metadata.namespace), isOnNode: Self.isOnNode(pod),
                    secrets: Self.secrets(of: pod)))
        }
        let next = root.field("metadata")?.field("continue")?.string
        return Page(pods: pods, continuation: next.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// Why a pod that was created is not wired after all; nil if it is.
    package func verdict(onPod body: [UInt8]) -> String? {
        var index = JSONIndex()
        guard let pod = try? index.read(unsafe body.span.bytes) else { return "a form that can be read" }
        var patch: [UInt8] = []
        switch policy.plan(for: pod, in: pod.field("metadata")?.field("namespace")?.string ?? "", patch: &patch).outcome
        {
        case .skip(.alreadyWired): return nil
        case .skip(let reason): return "its labels or its Secret: \(reason.explanation)"
        case .patch: return "some of what the webhook adds"
        case .refuse(let violations): return violations.first?.message
        }
    }

    private func lack(of pod: JSONValue, in namespace: String) -> JudgedPod.Lack? {
        var patch: [UInt8] = []
        guard case .patch(let facts) = policy.plan(for: pod, in: namespace, patch: &patch).outcome else { return nil }
        return JudgedPod.Lack(secret: facts.secret, containers: facts.containers)
    }

    private static func isOnNode(_ pod: JSONValue) -> Bool {
        let phase = pod.field("status")?.field("phase")
        if phase?.isText("Running") == true { return true }
        return phase?.isText("Pending") == true && pod.field("spec")?.field("nodeName")?.string?.isEmpty == false
    }

    private static func secrets(of pod: JSONValue) -> Set<String> {
        var names: Set<String> = []
        guard let spec = pod.field("spec") else { return names }
        var volumes = spec.elements(of: "volumes")
        while let volume = volumes.nextElement() {
            if let name = volume.field("secret")?.field("secretName")?.string { names.insert(name) }
        }
        for list in ["initContainers", "containers"] as [StaticString] {
            var containers = spec.elements(of: list)
            while let container = containers.nextElement() {
                var variables = container.elements(of: "env")
                while let variable = variables.nextElement() {
                    let reference = variable.field("valueFrom")?.field("secretKeyRef")
                    if let name = reference?.field("name")?.string { names.insert(name) }
                }
            }
        }
        return names
    }
}
