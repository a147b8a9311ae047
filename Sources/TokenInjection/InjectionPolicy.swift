package import RawJSON

/// What an operator settles about injection once, for all pods.
package struct InjectionPolicy: Sendable {
    /// Pods in these namespaces are left alone, whatever they ask for.
    package let excludedNamespaces: [String]

    /// - Parameter ownNamespace: where the webhook runs. A webhook that touches its own pods cannot start when it is down.
    package init(ownNamespace: String? = nil) {
        excludedNamespaces = ["kube-system"] + (ownNamespace.map { [$0] } ?? [])
    }

    /// Decides about one pod. Pure: the same pod gives the same plan, and a pod with the plan's patch applied gives none.
    ///
    /// - Parameters:
    ///   - pod: a Pod, or a pod template: an object with `metadata` and `spec`.
    ///   - namespace: the request's namespace; a pod under admission may lack its own. Empty if there is none.
    ///   - location: where `pod` stands in the document that the patch and the field paths are for.
    ///   - patch: emptied, and filled with a JSON Patch (RFC 6902) if the outcome is `.patch`.
    package func plan(
        for pod: JSONValue, in namespace: String, at location: PodLocation = .pod, patch: inout [UInt8]
    ) -> InjectionPlan {
        patch.removeAll(keepingCapacity: true)
        let selection = PodSelection(of: pod)
        if let reason = selection.skipReason ?? (excludedNamespaces.contains(namespace) ? .excludedNamespace : nil) {
            return InjectionPlan(.skip(reason))
        }
        if selection.isMirror { return InjectionPlan(.skip(.mirrorPod)) }
        var planning = Planning(location: location)
        let outcome = planning.outcome(for: pod, selection)
        if case .patch = outcome { planning.writer.finish(into: &patch) }
        let findings = planning.findings
        return InjectionPlan(outcome, unlisted: findings.unlisted, warnings: findings.warnings)
    }
}
