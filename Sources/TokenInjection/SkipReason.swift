/// Why a pod is left as it is, or a Kelos object let through. The raw value is a metric label and an audit annotation.
package enum SkipReason: String, CaseIterable, Sendable {
    case notSelected = "not-selected"
    case optedOut = "opted-out"
    case excludedNamespace = "excluded-namespace"
    case mirrorPod = "mirror-pod"
    case noTokenSecret = "no-token-secret"
    case noContainers = "no-containers"
    case alreadyWired = "already-wired"
    case notCreate = "not-create"
    case subresource = "subresource"
    case notAPod = "not-a-pod"
    case noObject = "no-object"
    case withinRules = "within-rules"
    case unchangedOverrides = "unchanged-overrides"
    case deleting = "deleting"
    case notCreateOrUpdate = "not-create-or-update"
    case notAKelosObject = "not-a-kelos-object"

    /// One sentence for a person.
    package var explanation: String {
        switch self {
        case .notSelected:
            "It is not a Kelos Task, Session or worker pod, and it has no label kelos.dev/github-token=enabled."
        case .optedOut: "Its label kelos.dev/github-token=disabled opts it out."
        case .excludedNamespace: "Pods in its namespace are never changed."
        case .mirrorPod: "It mirrors a static pod of a kubelet, which the API server cannot change."
        case .noTokenSecret:
            "Neither the annotation kelos.dev/github-token-secret nor the secretKeyRef of an environment variable "
                + "GITHUB_TOKEN names a Secret."
        case .noContainers: "None of its containers is to get the token."
        case .alreadyWired: "Everything is in place already."
        case .notCreate: "Only the creation of a pod is looked at."
        case .subresource: "A subresource is not looked at."
        case .notAPod: "It is not a pod."
        case .noObject: "The request carries no object."
        case .withinRules: "Nothing in it uses a name or a path that is reserved."
        case .unchangedOverrides: "It leaves podOverrides as they were."
        case .deleting: "The object is being deleted."
        case .notCreateOrUpdate: "Only the creation and the change of a Kelos object is looked at."
        case .notAKelosObject: "It is not a Task, TaskSpawner, WorkerPool, Session or SessionSpawner of kelos.dev."
        }
    }
}
