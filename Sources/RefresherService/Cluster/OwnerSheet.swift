internal import Kubernetes
internal import RawJSON

/// What is read of a Task, WorkerPool or Session.
struct OwnerSheet: Equatable, Sendable {
    let uid: String
    /// `spec.worker.workspaceRef`, or where Kelos had it before.
    let workspace: String?
    /// `status.phase` says that a Task has ended.
    let isFinished: Bool
    /// The Job that the status names.
    let job: String?
    /// The StatefulSet that the status names, or whose pod it names.
    let statefulSet: String?

    /// - Throws: `RawJSONError`.
    init(_ body: [UInt8]) throws(RawJSONError) {
        var index = JSONIndex()
        let root = try index.read(unsafe body.span.bytes)
        uid = root.field("metadata")?.field("uid")?.string ?? ""
        let spec = root.field("spec")
        workspace =
            spec?.field("worker")?.field("workspaceRef")?.field("name")?.string
            ?? spec?.field("workspaceRef")?.field("name")?.string
        let status = root.field("status")
        isFinished = ["Succeeded", "Failed", "Cancelled"].contains(status?.field("phase")?.string ?? "")
        job = status?.field("jobName")?.string
        statefulSet =
            status?.field("statefulSetName")?.string
            ?? Self.statefulSet(ofPod: status?.field("podName")?.string)
    }

    /// A StatefulSet's pods are its name, a hyphen and a number.
    private static func statefulSet(ofPod pod: String?) -> String? {
        guard let pod, let hyphen = pod.lastIndex(of: "-"), hyphen > pod.startIndex else { return nil }
        let number = pod[pod.index(after: hyphen)...]
        guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return String(pod[..<hyphen])
    }
}

/// What is read of a Job or a StatefulSet.
struct WorkloadSheet: Equatable, Sendable {
    /// Of the controller in its owner references.
    let controller: String?
    /// `status.active`.
    let active: Int
    /// A Job that is complete or failed.
    let isFinished: Bool
    /// `spec.replicas`, one where it is left out.
    let replicas: Int

    init(_ body: [UInt8]) throws(RawJSONError) {
        var index = JSONIndex()
        let root = try index.read(unsafe body.span.bytes)
        var controller: String?
        if let metadata = root.field("metadata") {
            var owners = metadata.elements(of: "ownerReferences")
            while let owner = owners.nextElement() {
                if owner.field("controller")?.bool == true { controller = owner.field("uid")?.string }
            }
        }
        self.controller = controller
        active = root.field("status")?.field("active")?.integer ?? 0
        var isFinished = false
        if let status = root.field("status") {
            var conditions = status.elements(of: "conditions")
            while let condition = conditions.nextElement() {
                let ends = ["Complete", "Failed"].contains(condition.field("type")?.string ?? "")
                if ends, condition.field("status")?.isText("True") == true { isFinished = true }
            }
        }
        self.isFinished = isFinished
        replicas = root.field("spec")?.field("replicas")?.integer ?? 1
    }
}

/// What is read of a Workspace.
struct WorkspaceSheet: Equatable, Sendable {
    let repository: String?
    /// The name in `spec.secretRef`.
    let secret: String?

    init(_ body: [UInt8]) throws(RawJSONError) {
        var index = JSONIndex()
        let spec = try index.read(unsafe body.span.bytes).field("spec")
        repository = spec?.field("repo")?.string
        secret = spec?.field("secretRef")?.field("name")?.string
    }
}
