internal import Kubernetes
internal import PodManifests

extension InstallationCheck {
    func webhookResults() async -> [CheckResult] {
        let reading = await reader.object(.mutatingWebhookConfigurations, settings.configuration)
        if let obstacle = reading.obstacle(.configuration, right: "get mutatingwebhookconfigurations") {
            return [obstacle] + (await probes(webhooks: shipped.map(\.name)))
        }
        let check = ConfigurationCheck(name: settings.configuration, shipped: shipped)
        guard let configuration = reading.value else { return [check.missing()] }
        let live = WebhookEntry.all(in: configuration)
        var results = check.results(for: live)
        results += await selectorResults(live)
        var services: [ServiceTarget] = []
        for case .service(let service)? in live.map(\.target)
        where !services.contains(where: { $0.namespace == service.namespace && $0.name == service.name }) {
            services.append(service)
        }
        for service in services { results += await serviceResults(service) }
        results += await certificateResults(live)
        return results + (await probes(webhooks: live.map(\.name)))
    }

    private func selectorResults(_ live: [WebhookEntry]) async -> [CheckResult] {
        let check = SelectorCheck(live: live, systemNamespace: settings.systemNamespace)
        return check.results(
            for: await place(settings.probeNamespace),
            excluding: [SelectorCheck.Place("kube-system"), await place(settings.systemNamespace)])
    }

    private func place(_ namespace: String) async -> SelectorCheck.Place {
        SelectorCheck.Place(namespace, labels: await reader.object(.namespaces, namespace).value?.labels)
    }

    private func serviceResults(_ target: ServiceTarget) async -> [CheckResult] {
        let check = ServiceCheck(target: target)
        let service = await reader.object(.services, target.name, in: target.namespace)
        let first = check.service(service)
        guard first.verdict != .failed else { return [first] }
        let endpoints = await reader.object(.endpoints, target.name, in: target.namespace)
        return [first, check.endpoints(endpoints, service: service.value)]
    }

    /// One certificate for each address, whatever the paths.
    private func certificateResults(_ live: [WebhookEntry]) async -> [CheckResult] {
        var results: [CheckResult] = []
        var seen: Set<String> = []
        for entry in live {
            guard let target = entry.target, seen.insert(target.address).inserted else { continue }
            let certificate = await certificate(of: target)
            results += CertificateCheck(certificate: certificate, now: now).results(
                for: live.filter { $0.target?.address == target.address })
        }
        return results
    }

    private func probes(webhooks: [String]) async -> [CheckResult] {
        let check = ProbeCheck(
            webhooks: webhooks, namespace: settings.probeNamespace, systemNamespace: settings.systemNamespace)
        return [
            check.wiring(await reader.trial(of: ProbePod.wanted, in: settings.probeNamespace)),
            check.reservedName(await reader.trial(of: ProbePod.forbidden, in: settings.probeNamespace)),
        ]
    }
}
