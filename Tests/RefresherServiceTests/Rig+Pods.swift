import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox

/// A pod as the API server has it.
struct StoredPod {
    static let kelos: ManifestValue = ["kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task"]

    var name: String
    var namespace = "default"
    var labels = Self.kelos
    var owners: ManifestValue?
    var phase = "Running"
    var node: String? = "node-1"
    /// Whether the webhook was asked.
    var isWired = false
    /// Bytes of an annotation.
    var ballast = 0

    func value() throws -> ManifestValue {
        var pod: ManifestValue = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": .string(name), "namespace": .string(namespace), "labels": labels],
            "spec": [
                "containers": [
                    [
                        "name": "kelos-agent", "image": "agent",
                        "env": [
                            [
                                "name": "GITHUB_TOKEN",
                                "valueFrom": ["secretKeyRef": ["name": "fix-token", "key": "GITHUB_TOKEN"]],
                            ]
                        ],
                    ], ["name": "postgres", "image": "postgres"],
                ]
            ], "status": ["phase": .string(phase)],
        ]
        pod.set(path: ["metadata", "ownerReferences"], owners)
        if ballast > 0 {
            pod.set(path: ["metadata", "annotations"], ["ballast": .string(String(repeating: "x", count: ballast))])
        }
        pod.set(path: ["spec", "nodeName"], node.map { .string($0) })
        guard isWired else { return pod }
        let manifest = try ManifestReader.manifests(in: JSONWriter.compact(pod), file: name)[0]
        return try PodMutation(defaultNamespace: namespace).mutated(manifest).value
    }
}

extension Rig {
    func addPod(_ name: String, _ change: (inout StoredPod) -> Void = { _ in }) throws {
        var pod = StoredPod(name: name)
        change(&pod)
        try add(pod.value())
    }

    /// What is behind a pod: a Task and its Job, as the pod's owner.
    func addTaskWithJob(_ name: String) throws -> ManifestValue {
        try addJob(name, owners: try addOwner("Task", name), status: [:])
        return owner("batch/v1", "Job", name, uid: sandbox.kubernetes.object(.jobs, "default", name)?.uid)
    }

    func owner(_ apiVersion: String, _ kind: String, _ name: String, uid: String?) -> ManifestValue {
        [
            [
                "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name),
                "uid": .string(uid ?? ""), "controller": .bool(true),
            ]
        ]
    }

    func deletePod(_ name: String) { delete("/api/v1/namespaces/default/pods/\(name)") }

    /// `kind/name` of what Events about missed pods are about, sorted.
    func missedEvents() throws -> [String] {
        try sandbox.objects("/api/v1/events").filter { $0["reason"]?.string == "GitHubTokenNotInjected" }.map {
            let object = $0["involvedObject"]
            return "\(object?["kind"]?.string ?? "")/\(object?["name"]?.string ?? "")"
        }.sorted()
    }

    /// The values that the gauge had, without repetitions.
    var missedCounts: [Int] {
        notices.all.reduce(into: []) { counts, notice in
            if case .missed(let pods) = notice, counts.last != pods { counts.append(pods) }
        }
    }

    var missedPods: [String] {
        notices.all.compactMap { if case .missedPod(let key, _, _) = $0 { key.name } else { nil } }.sorted()
    }

    var podListFailures: Int { notices.count { if case .podListFailed = $0 { true } else { false } } }
}
