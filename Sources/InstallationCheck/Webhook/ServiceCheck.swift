internal import Kubernetes
internal import PodManifests

/// Whether the Service that the API server calls leads to a webhook that is ready.
struct ServiceCheck {
    let target: ServiceTarget

    private var name: String { "Service \(target.namespace)/\(target.name)" }

    func service(_ reading: Reading<ManifestValue>) -> CheckResult {
        if let obstacle = reading.obstacle(.service, right: "get services -n \(target.namespace)") { return obstacle }
        guard let service = reading.value else {
            return .failed(
                .service, "\(name), which the configuration names, does not exist",
                mend: Mend.install)
        }
        guard port(in: service) != nil else {
            let ports = (service[path: ["spec", "ports"]]?.elements ?? []).compactMap { $0["port"]?.integer }
            return .failed(
                .service,
                "\(name) has no port \(target.port), which the configuration names; it has "
                    + (ports.isEmpty ? "none" : ports.map(String.init).joined(separator: ", ")),
                mend: Mend.install)
        }
        return .ok(.service, "\(name) has port \(target.port)")
    }

    /// - Parameter service: nil if it could not be read.
    func endpoints(_ reading: Reading<ManifestValue>, service: ManifestValue?) -> CheckResult {
        if let obstacle = reading.obstacle(.endpoints, right: "get endpoints -n \(target.namespace)") {
            return obstacle
        }
        let portName = service.flatMap { port(in: $0)?["name"]?.string }
        var ready: Set<String> = []
        var waiting = 0
        for subset in reading.value?["subsets"]?.elements ?? [] {
            let ports = subset["ports"]?.elements ?? []
            // A port of a Service without a name has endpoints without a name.
            guard service == nil || ports.contains(where: { $0["name"]?.string == portName }) else { continue }
            ready.formUnion((subset["addresses"]?.elements ?? []).compactMap { $0["ip"]?.string })
            waiting += subset["notReadyAddresses"]?.elements?.count ?? 0
        }
        let mend =
            "kubectl -n \(target.namespace) get pods -l app.kubernetes.io/component=webhook, then the log of one that "
            + "is not ready"
        guard !ready.isEmpty else {
            return .failed(
                .endpoints,
                "\(name) has no ready endpoint" + (waiting > 0 ? ", \(waiting) that are not ready" : "")
                    + "; with failurePolicy Fail the pods it is asked about cannot be created", mend: mend)
        }
        guard waiting == 0 else {
            return .warning(
                .endpoints, "\(name) has \(ready.count) ready endpoints and \(waiting) that are not", mend: mend)
        }
        return .ok(.endpoints, "\(name) has \(ready.count) ready " + (ready.count == 1 ? "endpoint" : "endpoints"))
    }

    private func port(in service: ManifestValue) -> ManifestValue? {
        service[path: ["spec", "ports"]]?.elements?.first { $0["port"]?.integer == target.port }
    }
}
