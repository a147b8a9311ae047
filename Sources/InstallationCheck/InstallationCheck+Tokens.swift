internal import Kubernetes
internal import PodManifests
internal import PodWiring

extension InstallationCheck {
    /// - Parameter margin: the refresher's.
    func tokenResults(margin: Duration) async -> [CheckResult] {
        let selectors = shipped.filter(\.isAboutPods).map(\.objectSelector)
        let pods = await reader.pods(
            in: settings.namespace, matching: selectors,
            judgedBy: PodJudgement(systemNamespace: settings.systemNamespace))
        var used: Set<ObjectKey> = []
        for pod in pods.value ?? [] {
            for name in pod.secrets { used.insert(ObjectKey(namespace: pod.key.namespace, name: name)) }
        }
        let secrets = await reader.secrets(in: settings.namespace, selecting: SecretCheck.selection)
        var results: [CheckResult] = []
        var shortLived: Set<ObjectKey> = []
        if let obstacle = secrets.obstacle(.secrets, right: "list secrets --all-namespaces") {
            results.append(obstacle)
        } else {
            let check = SecretCheck(
                now: now, margin: margin, refresher: settings.refresher, systemNamespace: settings.systemNamespace)
            let managed = SecretCheck.managed(secrets.value ?? [], used: used)
            let candidates = SecretCheck.candidates(secrets.value ?? [], used: used)
            shortLived = Set(managed.map(\.key) + candidates)
            results += [check.lives(managed), check.adoption(candidates), await sourceResult(managed)]
        }
        return results + [PodCheck(shortLived: shortLived).result(pods)]
    }

    private func sourceResult(_ managed: [SecretCheck.Managed]) async -> CheckResult {
        let keys = Set(
            managed.filter(\.isUsed).map { ObjectKey(namespace: $0.key.namespace, name: $0.appSecret) }
        ).sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        var sources: [(key: ObjectKey, reading: Reading<SecretContents>)] = []
        for key in keys.prefix(SourceCheck.mostSources) { sources.append((key, await reader.secret(key))) }
        return SourceCheck.result(sources, unread: keys.count - sources.count)
    }
}
