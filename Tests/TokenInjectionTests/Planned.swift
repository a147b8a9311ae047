import RawJSON
import TokenInjection

/// A plan together with its patch.
struct Planned {
    let plan: InjectionPlan
    let patch: String

    /// The reason of a plan that leaves the pod as it is.
    var skipped: SkipReason? {
        if case .skip(let reason) = plan.outcome { return reason }
        return nil
    }

    var violations: [Violation] {
        if case .refuse(let violations) = plan.outcome { return violations }
        return []
    }

    var facts: InjectionFacts? {
        if case .patch(let facts) = plan.outcome { return facts }
        return nil
    }

    /// The operations of the patch, in order and as written.
    var operations: [String] {
        guard patch.hasPrefix("[{"), patch.hasSuffix("}]") else { return [] }
        return patch.dropFirst(2).dropLast(2).split(separator: "},{\"op\":").enumerated().map { place, text in
            place == 0 ? "{\(text)}" : "{\"op\":\(text)}"
        }
    }
}

/// The plan for a pod under the policy of a webhook in namespace `kelos-token`.
func planned(_ pod: String, in namespace: String = "team-a", at location: PodLocation = .pod) throws -> Planned {
    let bytes = Array(pod.utf8)
    var index = JSONIndex()
    var patch = Array("left over".utf8)
    let policy = InjectionPolicy(ownNamespace: "kelos-token")
    let plan = policy.plan(for: try index.read(unsafe bytes.span.bytes), in: namespace, at: location, patch: &patch)
    return Planned(plan: plan, patch: String(decoding: patch, as: UTF8.self))
}

/// A Task pod of Kelos with the containers and further fields of its spec as given.
func taskPod(
    _ containers: String, labels: String = "", annotations: String = "", more: String = "",
    initContainers: String? = nil
) -> String {
    let kelos = #""kelos.dev/managed-by":"kelos-controller","kelos.dev/component":"task""#
    return """
        {"metadata":{"labels":{\(kelos)\(labels)},"annotations":{\(annotations)}},\
        "spec":{\(initContainers.map { "\"initContainers\":[\($0)]," } ?? "")"containers":[\(containers)]\(more)}}
        """
}

/// An entry of `env` that takes the token from a Secret.
func tokenVariable(_ name: String = "GITHUB_TOKEN", secret: String = "s", key: String = "GITHUB_TOKEN") -> String {
    #"{"name":"\#(name)","valueFrom":{"secretKeyRef":{"name":"\#(secret)","key":"\#(key)"}}}"#
}

/// A container with `GITHUB_TOKEN`, `GH_TOKEN` and further variables.
func wantingContainer(_ name: String = "kelos-agent", env: String = "", more: String = "") -> String {
    #"{"name":"\#(name)","env":[\#(tokenVariable()),\#(tokenVariable("GH_TOKEN"))\#(env)]\#(more)}"#
}
