internal import Kubernetes
internal import RawJSON
internal import TokenInjection

/// One pod that has not ended, as the webhook would see it if it were created now.
struct JudgedPod: Sendable, Equatable {
    let key: ObjectKey
    /// The Secret whose token the webhook would mount, and the containers it would change; nil if it had nothing to add.
    let lack: Lack?
    /// Every Secret that the pod's volumes and variables name.
    let secrets: Set<String>

    struct Lack: Sendable, Equatable {
        let secret: String
        /// Separated by commas.
        let containers: String
    }

    var label: String { "\(key.namespace)/\(key.name)" }
}

/// Judges pods by the webhook's own rules, so that there is no second set of them.
struct PodJudgement: Sendable {
    private let policy: InjectionPolicy

    /// - Parameter systemNamespace: where the webhook runs and touches no pod.
    init(systemNamespace: String? = nil) {
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
            let metadata = pod.field("metadata")
            guard metadata?.field("deletionTimestamp")?.string == nil, let name = metadata?.field("name")?.string
            else { continue }
            let namespace = metadata?.field("namespace")?.string ?? ""
            pods.append(
                JudgedPod(
                    key: ObjectKey(namespace: namespace, name: name), lack: lack(of: pod, in: namespace),
                    secrets: Self.secrets(of: pod)))
        }
        let next = root.field("metadata")?.field("continue")?.string
        return Page(pods: pods, continuation: next.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// Why a pod that was created is not wired after all; nil if it is.
    func verdict(onPod body: [UInt8]) -> String? {
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
