internal import Kubernetes
internal import PodWiring

/// Finds the object whose `kubectl describe` people read when they wonder about a pod.
struct PodOwner: Sendable {
    private let client: KubernetesClient

    init(_ client: KubernetesClient) {
        self.client = client
    }

    /// The Task, Session or WorkerPool behind the pod's Job or StatefulSet; else what controls the pod; for a pod of
    /// nobody's, the pod. By owner references and not by labels, which anybody can put on a pod.
    func subject(of pod: JudgedPod) async -> EventNote.Subject {
        let namespace = pod.key.namespace
        guard let controller = pod.metadata.controller else {
            return EventNote.Subject(
                apiVersion: "v1", kind: "Pod", namespace: namespace, name: pod.key.name, uid: pod.metadata.uid)
        }
        let owner = await kelosOwner(behind: controller, in: namespace) ?? controller
        return EventNote.Subject(
            apiVersion: owner.apiVersion, kind: owner.kind, namespace: namespace, name: owner.name, uid: owner.uid)
    }

    /// - Returns: nil for a workload of somebody else, and for one that cannot be read: the Event then goes to the
    ///   workload itself.
    private func kelosOwner(
        behind workload: ObjectMetadata.Owner, in namespace: String
    ) async -> ObjectMetadata.Owner? {
        if KelosOwner(workload) != nil { return workload }
        guard let resource = Self.resource(of: workload) else { return nil }
        let found = try? await client.metadata(
            resource, ObjectKey(namespace: namespace, name: workload.name), selecting: MetadataSelection())
        guard let found, found.uid == workload.uid, KelosOwner(found.controller) != nil else { return nil }
        return found.controller
    }

    private static func resource(of workload: ObjectMetadata.Owner) -> Resource? {
        switch (workload.apiVersion, workload.kind) {
        case ("batch/v1", "Job"): .jobs
        case ("apps/v1", "StatefulSet"): .statefulSets
        default: nil
        }
    }
}
