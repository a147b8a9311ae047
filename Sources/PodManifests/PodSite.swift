internal import TokenInjection

/// Where the pod of a Kubernetes object stands: the object itself, or the template it makes pods from.
struct PodSite: Sendable, Equatable {
    /// Keys from the object down to the pod.
    let path: [String]

    /// Nil for an object that holds no pod. Kinds are told apart by their API group too: others have a Job as well.
    init?(of object: ManifestValue) {
        guard let kind = object["kind"]?.string, let version = object["apiVersion"]?.string else { return nil }
        let group = version.split(separator: "/").count == 2 ? String(version.prefix { $0 != "/" }) : ""
        switch (group, kind) {
        case ("", "Pod"): path = []
        case ("", "PodTemplate"): path = ["template"]
        case ("", "ReplicationController"), ("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"),
            ("apps", "ReplicaSet"), ("batch", "Job"):
            path = ["spec", "template"]
        case ("batch", "CronJob"): path = ["spec", "jobTemplate", "spec", "template"]
        default: return nil
        }
    }

    var location: PodLocation { PodLocation(path) }

    /// The namespace of the pod: its object's, its own, or the default.
    func namespace(in object: ManifestValue, default defaultNamespace: String) -> String {
        for keys in [["metadata", "namespace"], path + ["metadata", "namespace"]] {
            if let namespace = object[path: keys]?.string, !namespace.isEmpty { return namespace }
        }
        return defaultNamespace
    }
}
