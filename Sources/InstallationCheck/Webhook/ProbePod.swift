internal import PodManifests
internal import TokenInjection

/// Pods that are asked for with `dryRun=All`: they go through admission and are never stored.
enum ProbePod {
    /// No such Secret needs to exist: nothing runs.
    static let secret = "kelos-token-check"

    /// Shaped like the pod of a Task, and strict enough for the pod security level `restricted`.
    static var wanted: ManifestValue { pod(volumes: nil) }

    /// The same with a volume of its own under the reserved name.
    static var forbidden: ManifestValue {
        pod(volumes: [["name": .string("\(TokenNames.volume)"), "emptyDir": [:]]])
    }

    static func kelosLabels(component: String) -> [String: String] {
        ["\(TokenNames.Label.managedBy)": "kelos-controller", "\(TokenNames.Label.component)": component]
    }

    private static func pod(volumes: ManifestValue?) -> ManifestValue {
        var labels = ManifestValue.object([])
        for (key, value) in kelosLabels(component: "task").sorted(by: { $0.key < $1.key }) {
            labels.set(key, .string(value))
        }
        let container: ManifestValue = [
            "name": .string("\(TokenNames.agentContainer)"), "image": "kelos-token-check.invalid/nothing",
            "env": [
                [
                    "name": .string("\(TokenNames.Variable.token)"),
                    "valueFrom": ["secretKeyRef": ["name": .string(secret), "key": .string("\(TokenNames.fileName)")]],
                ]
            ],
            "resources": [
                "requests": ["cpu": "1m", "memory": "1Mi"], "limits": ["cpu": "1m", "memory": "1Mi"],
            ],
            "securityContext": ["allowPrivilegeEscalation": .bool(false), "capabilities": ["drop": ["ALL"]]],
        ]
        var spec: ManifestValue = [
            "restartPolicy": "Never", "automountServiceAccountToken": .bool(false),
            "securityContext": [
                "runAsNonRoot": .bool(true), "runAsUser": .number(65532), "seccompProfile": ["type": "RuntimeDefault"],
            ],
            "containers": [container],
        ]
        spec.set("volumes", volumes)
        return [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["generateName": "kelos-token-check-", "labels": labels],
            "spec": spec,
        ]
    }
}
