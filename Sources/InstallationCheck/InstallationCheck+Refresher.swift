internal import Kubernetes
internal import PodManifests

extension InstallationCheck {
    func deployment() async -> Reading<RefresherDeployment> {
        await reader.object(.deployments, settings.refresher, in: settings.systemNamespace).map {
            RefresherDeployment($0, defaultAccount: settings.refresher)
        }
    }

    func refresherResults(_ deployment: Reading<RefresherDeployment>) async -> [CheckResult] {
        let (name, namespace) = (settings.refresher, settings.systemNamespace)
        let lease = await reader.object(.leases, name, in: namespace)
        return [
            DeploymentCheck(name: name, namespace: namespace).result(deployment),
            LeaseCheck(name: name, namespace: namespace, now: now).result(lease), await accessResult(deployment),
        ]
    }

    private func accessResult(_ deployment: Reading<RefresherDeployment>) async -> CheckResult {
        if case .missing = deployment {
            return .skipped(.access, "not checked: without a Deployment, nobody says which ServiceAccount it would be")
        }
        let account = ServiceAccount(
            namespace: settings.systemNamespace, name: deployment.value?.serviceAccount ?? settings.refresher)
        // Without `--namespace` it works everywhere, unless we are to look at one namespace only.
        let served = deployment.value?.namespaces ?? []
        let places: [String?] = served.isEmpty ? [settings.namespace] : served
        var answers: [(need: AccessNeed, namespace: String?, reading: Reading<Bool>)] = []
        for need in AccessNeed.all {
            for place in need.isOwn ? [settings.systemNamespace] : places {
                let review = need.review(for: account, in: place, leaseName: settings.refresher)
                let reading = await reader.isAllowed(review, in: place)
                answers.append((need, place, reading))
                // Who may not ask once may not ask again.
                if case .forbidden = reading { return AccessCheck(account: account).result(answers) }
            }
        }
        return AccessCheck(account: account).result(answers)
    }
}
