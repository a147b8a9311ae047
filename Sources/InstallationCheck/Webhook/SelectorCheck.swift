internal import PodManifests
internal import TokenInjection

/// Whether the registered selectors let through the pods that the webhook is there for, and no more.
struct SelectorCheck {
    /// A namespace and its labels.
    struct Place: Sendable, Equatable {
        let name: String
        let labels: [String: String]

        /// - Parameter labels: nil where they may not be read; the API server itself sets the one that names it.
        init(_ name: String, labels: [String: String]? = nil) {
            self.name = name
            self.labels = labels ?? ["kubernetes.io/metadata.name": name]
        }
    }

    let live: [WebhookEntry]
    let systemNamespace: String

    /// - Parameters:
    ///   - place: where pods are expected.
    ///   - excluded: where no pod may be asked about: the system's own namespace and kube-system.
    func results(for place: Place, excluding excluded: [Place]) -> [CheckResult] {
        let entries = live.filter(\.isAboutPods)
        var found: [CheckResult] = []
        let missed = Self.wanted.filter { _, labels in !entries.contains { $0.objectSelector.selects(labels) } }
        if !missed.isEmpty {
            let kinds = missed.map(\.kind).joined(separator: ", ")
            found.append(
                .failed(
                    .selectors, "the objectSelectors leave out \(kinds), which are created without the token's file",
                    mend: Mend.install))
        }
        if let entry = entries.first(where: { $0.objectSelector.selects([:]) }) {
            found.append(
                .warning(
                    .selectors,
                    "\(entry.name) is asked about pods of everybody: with failurePolicy Fail none starts while the "
                        + "webhook is down",
                    mend: Mend.install))
        }
        for place in excluded {
            guard let entry = entries.first(where: { $0.namespaceSelector.selects(place.labels) }) else { continue }
            let why =
                place.name == systemNamespace
                ? "when the webhook is down, its own pods cannot come back" : "pods of the cluster itself wait for it"
            found.append(
                .failed(
                    .selectors, "\(entry.name) is asked about pods in namespace \(place.name): \(why)",
                    mend: Mend.install))
        }
        if !entries.isEmpty, !entries.contains(where: { $0.namespaceSelector.selects(place.labels) }) {
            found.append(
                .failed(
                    .selectors, "the namespaceSelectors leave out namespace \(place.name)",
                    mend: "give the namespace the labels that they ask for, or look at another one with --namespace"))
        }
        guard found.isEmpty else { return found }
        return [
            .ok(
                .selectors,
                "pods of Tasks, Sessions, WorkerPools and pods that opt in are asked about, those in "
                    + "\(excluded.map(\.name).joined(separator: " and ")) are not")
        ]
    }

    private static let wanted: [(kind: String, labels: [String: String])] =
        [("pods of Tasks", "task"), ("pods of Sessions", "session"), ("pods of WorkerPools", "worker")].map {
            ($0, ProbePod.kelosLabels(component: $1))
        } + [("pods that opt in", ["\(TokenNames.Label.token)": "enabled"])]
}
