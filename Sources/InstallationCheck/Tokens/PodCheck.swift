internal import Kubernetes
internal import PodWiring

/// Whether pods run that should have the token's file and have not: those that are older than the webhook, or were created
/// while nobody was asked.
struct PodCheck {
    /// Secrets whose tokens are replaced every hour.
    let shortLived: Set<ObjectKey>

    func result(_ reading: Reading<[JudgedPod]>) -> CheckResult {
        if let obstacle = reading.obstacle(.pods, right: "list pods --all-namespaces") { return obstacle }
        let pods = reading.value ?? []
        let missed = pods.compactMap { pod in pod.lack.map { (pod, $0) } }
        guard !missed.isEmpty else {
            return .ok(
                .pods,
                pods.isEmpty ? "no pod runs that should be wired" : "every pod that should be wired is: \(pods.count)")
        }
        let details = missed.map { pod, lack in
            "\(pod.label): \(lack.containers.split(separator: ",").joined(separator: ", ")), Secret \(lack.secret)"
        }
        let ends = missed.contains { pod, lack in
            shortLived.contains(ObjectKey(namespace: pod.key.namespace, name: lack.secret))
        }
        let counted = missed.count == 1 ? "1 pod lacks" : "\(missed.count) pods lack"
        let mend =
            "recreate them, for a pod cannot be changed once it runs: kubectl delete pod NAME -n NAMESPACE where a Job, "
            + "StatefulSet or Deployment makes a new one; else delete the Task and create it again"
        // A token that nobody replaces does not go stale in a pod's environment.
        return ends
            ? .failed(
                .pods, "\(counted) the token's file, or a part of what goes with it, and keeps a token that ends",
                mend: mend, details: details)
            : .warning(
                .pods, "\(counted) the token's file, or a part of what goes with it", mend: mend, details: details)
    }
}
