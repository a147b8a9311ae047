import Admission
import TokenInjection

/// A review's answer and outcome.
struct Reviewed {
    let answer: String
    let outcome: ReviewOutcome
}

/// Has a fresh reviewer answer one body.
func reviewed(
    _ body: String, by rules: ReviewRules = .pods, describing: Bool = false
) throws(MalformedReview) -> Reviewed {
    let reviewer = AdmissionReviewer(policy: InjectionPolicy(ownNamespace: "kelos-token"))
    let bytes = Array(body.utf8)
    var output: [UInt8] = []
    let outcome = try reviewer.review(unsafe bytes.span.bytes, by: rules, describing: describing, into: &output)
    return Reviewed(answer: String(decoding: output, as: UTF8.self), outcome: outcome)
}

/// What keeps a body from being answered, nil if nothing does.
func malformed(_ body: String) -> MalformedReview? {
    do throws(MalformedReview) {
        _ = try reviewed(body)
        return nil
    } catch {
        return error
    }
}

/// A review of the creation of a pod.
///
/// - Parameters:
///   - object: the pod as JSON.
///   - fields: further fields of the request, each followed by a comma; a later field of the same name wins.
func review(_ object: String = "{}", fields: String = "", version: String = "v1") -> String {
    """
    {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/\(version)","request":{"uid":"u-1",\
    "kind":{"group":"","version":"v1","kind":"Pod"},"namespace":"team-a","operation":"CREATE",\(fields)\
    "object":\(object),"oldObject":null,"dryRun":false}}
    """
}

/// A Task pod that has all but the file's variable.
let nearlyWiredPod = #"""
    {"metadata":{"generateName":"fix-","labels":{"kelos.dev/managed-by":"kelos-controller","kelos.dev/component":"task"}},\#
    "spec":{"containers":[{"name":"kelos-agent","env":[\#
    {"name":"GITHUB_TOKEN","valueFrom":{"secretKeyRef":{"name":"s","key":"GITHUB_TOKEN"}}},{"name":"GH_TOKEN"}],\#
    "volumeMounts":[{"name":"kelos-github-token","mountPath":"/kelos/github-token"}]}],\#
    "volumes":[{"name":"kelos-github-token","secret":{"secretName":"s"}}]}}
    """#
