internal import Kubernetes
internal import PodManifests
internal import PodWiring
internal import RawJSON
internal import TokenInjection

/// What the API server said to a probe pod.
enum ProbeAnswer: Sendable {
    /// The pod as it would have been stored, JSON.
    case accepted([UInt8])
    case refused(KubernetesError.Code, String)
}

/// Whether the API server really asks the webhook and does what it says.
struct ProbeCheck {
    /// The names of the webhooks that are registered.
    let webhooks: [String]
    let namespace: String
    /// For mends.
    let systemNamespace: String

    func wiring(_ answer: ProbeAnswer) -> CheckResult {
        switch answer {
        case .refused(let code, let message): return obstacle(.probePod, code, message)
        case .accepted(let body):
            let missing = Self.missing(in: body)
            guard missing.isEmpty else {
                return .failed(
                    .probePod,
                    "a pod like a Task's would be stored in namespace \(namespace) without \(missing.joined(separator: ", "))",
                    mend:
                        "look at what failed above; if nothing did, another webhook or policy has changed the pod: compare "
                        + "kubectl get mutatingwebhookconfigurations")
            }
            return .ok(
                .probePod, "a pod like a Task's would get the volume, the mount and the variables (dry run)")
        }
    }

    func reservedName(_ answer: ProbeAnswer) -> CheckResult {
        switch answer {
        case .accepted:
            return .failed(
                .reservedName, "a pod with a volume of its own named \(TokenNames.volume) would be stored",
                mend: "look at what failed above: such a pod is refused only while the webhook is asked about it")
        case .refused(let code, let message):
            let isOurs = code == .invalid && webhooks.contains { message.contains("\"\($0)\" denied the request") }
            guard isOurs else { return obstacle(.reservedName, code, message) }
            return .ok(.reservedName, "a pod that takes the reserved name \(TokenNames.volume) is refused (dry run)")
        }
    }

    /// What a wired pod has and this one lacks. Judged as the webhook would judge it, and named by what can be seen.
    private static func missing(in body: [UInt8]) -> [String] {
        guard let pod = try? ManifestValue(json: body) else { return ["anything readable"] }
        let agent = pod[path: ["spec", "containers"]]?.elements?.first
        func has(_ list: ManifestValue?, _ key: String, _ value: StaticString) -> Bool {
            (list?.elements ?? []).contains { $0[key]?.string == "\(value)" }
        }
        var missing: [String] = []
        if !has(pod[path: ["spec", "volumes"]], "name", TokenNames.volume) {
            missing.append("the volume \(TokenNames.volume)")
        }
        if !has(agent?["volumeMounts"], "mountPath", TokenNames.mountPath) {
            missing.append("its mount at \(TokenNames.mountPath)")
        }
        if !has(agent?["env"], "name", TokenNames.Variable.tokenFile) {
            missing.append("the variable \(TokenNames.Variable.tokenFile)")
        }
        if missing.isEmpty, let unfinished = PodJudgement().verdict(onPod: body) { missing.append(unfinished) }
        return missing
    }

    private func obstacle(_ link: Link, _ code: KubernetesError.Code, _ message: String) -> CheckResult {
        switch code {
        case .forbidden:
            return .skipped(
                link, "not checked: \(message)",
                mend: "run this as somebody who may create pods there, or name another namespace with --namespace")
        case .invalid where message.contains("does not support dry run"):
            return .skipped(
                link, "not checked: \(message)", mend: "ask the owner of that webhook for sideEffects: None")
        case .notFound:
            return .skipped(
                link, "not checked: there is no namespace \(namespace)", mend: "name one with --namespace")
        default: return .failed(link, message, mend: mend(for: message))
        }
    }

    /// By the words of Go's HTTP client and TLS library, which the API server quotes.
    private func mend(for message: String) -> String {
        if message.contains("certificate") || message.contains("x509") {
            return "look at ca-bundle, certificate-names and certificate-expiry above"
        }
        if message.contains("no endpoints") || message.contains("refused") || message.contains("cannot connect") {
            return "no webhook is ready: kubectl -n \(systemNamespace) get pods, then its log"
        }
        if message.contains("deadline") || message.contains("imeout") || message.contains("timed out") {
            return
                "the API server cannot reach port 9443 of the webhook's pods: look at network policies, and in private "
                + "clusters at the firewall between control plane and nodes"
        }
        return "the message names who refused the pod"
    }
}
