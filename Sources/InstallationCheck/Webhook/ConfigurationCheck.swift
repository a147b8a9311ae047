internal import Kubernetes

/// Whether what is registered asks about all that the manifest of this version asks about.
struct ConfigurationCheck {
    let name: String
    let shipped: [WebhookEntry]

    /// Controller-tools' form, and the same with one dash; the webhook serves both.
    private static let podPaths: Set = ["/mutate--v1-pod", "/mutate-v1-pod"]

    func missing() -> CheckResult {
        .failed(
            .configuration,
            "there is no MutatingWebhookConfiguration \"\(name)\", so the API server asks nobody about pods",
            mend: "\(Mend.install); with another name, say --webhook-configuration")
    }

    /// One result for each difference that matters, or one that says there is none.
    func results(for live: [WebhookEntry]) -> [CheckResult] {
        let differences = shipped.flatMap { entry in
            guard let found = live.first(where: { $0.name == entry.name }) else {
                let message = "\"\(name)\" lacks the webhook \(entry.name) of the manifest"
                // What may fail may also be missing: only a check comes too late.
                return [
                    entry.failurePolicy == "Fail"
                        ? CheckResult.failed(.configuration, message, mend: Mend.install)
                        : .warning(.configuration, message, mend: Mend.install)
                ]
            }
            return Self.differences(of: found, from: entry)
        }
        guard differences.isEmpty else { return differences }
        return [.ok(.configuration, "\"\(name)\" has the \(shipped.count) webhooks of the manifest, complete")]
    }

    private static func differences(of live: WebhookEntry, from shipped: WebhookEntry) -> [CheckResult] {
        var found: [CheckResult] = []
        func fail(_ message: String) {
            found.append(.failed(.configuration, "\(live.name): \(message)", mend: Mend.install))
        }
        func warn(_ message: String) {
            found.append(.warning(.configuration, "\(live.name): \(message)", mend: Mend.install))
        }
        if let target = live.target {
            let wanted = shipped.target?.path ?? ""
            if target.path != wanted, !podPaths.isSuperset(of: [target.path, wanted]) {
                fail("its path is \(target.path), which is not \(wanted)")
            }
        } else {
            fail("its clientConfig names neither a Service nor an https URL")
        }
        let gaps = shipped.rules.flatMap { $0.gaps(in: live.rules) }
        if !gaps.isEmpty { fail("its rules leave out \(gaps.joined(separator: ", "))") }
        if !["None", "NoneOnDryRun"].contains(live.sideEffects) {
            fail("sideEffects is \(live.sideEffects), so the API server refuses every dry run of these objects")
        }
        if live.failurePolicy != shipped.failurePolicy {
            warn(
                "failurePolicy is \(live.failurePolicy), the manifest has \(shipped.failurePolicy)"
                    + (shipped.isAboutPods
                        ? ": while the webhook is down, pods are created without the token's file and nobody is told"
                        : ": while the webhook is down, these objects cannot be written"))
        }
        if live.timeoutSeconds != shipped.timeoutSeconds {
            warn("timeoutSeconds is \(live.timeoutSeconds), the manifest has \(shipped.timeoutSeconds)")
        }
        if live.matchPolicy != shipped.matchPolicy {
            warn("matchPolicy is \(live.matchPolicy), so requests in other API versions pass by")
        }
        if live.reinvocationPolicy != shipped.reinvocationPolicy {
            warn(
                "reinvocationPolicy is \(live.reinvocationPolicy), so what later webhooks add is not looked at")
        }
        return found
    }
}
