import Kubernetes
import PodManifests
import Testing

@testable import InstallationCheck

@Suite("Pods on trial")
struct ProbeCheckTests {
    private static let webhook = "kelos-pods.github-token.kelos.dev"
    private let check = ProbeCheck(webhooks: [webhook], namespace: "default", systemNamespace: "system")

    /// What a cluster with the webhook makes of a pod, by the offline command's own code.
    private func wired() throws -> ManifestValue {
        try PodMutation(defaultNamespace: "default").mutated(
            Manifest(file: "probe", document: 1, format: .json, value: ProbePod.wanted)
        ).value
    }

    private func verdict(of pod: ManifestValue) -> CheckResult {
        check.wiring(.accepted(JSONWriter.compact(pod)))
    }

    @Test("are wired")
    func wiredPod() throws {
        #expect(verdict(of: try wired()).verdict == .ok)
    }

    @Test("are not wired, and what is missing is named")
    func bare() {
        let result = verdict(of: ProbePod.wanted)
        #expect(result.verdict == .failed)
        #expect(
            result.message == "a pod like a Task's would be stored in namespace default without the volume "
                + "kelos-github-token, its mount at /kelos/github-token, the variable KELOS_GITHUB_TOKEN_FILE")
    }

    @Test("are wired in part")
    func part() throws {
        var pod = try wired()
        var agent = try #require(pod[path: ["spec", "containers"]]?.elements?.first)
        let env = agent["env"]?.elements ?? []
        agent.set("env", .array(env.filter { $0["name"] != "GH_TOKEN" }))
        pod.set(path: ["spec", "containers"], [agent])
        #expect(verdict(of: pod).message.hasSuffix("without some of what the webhook adds"))
        pod.set(path: ["metadata", "labels"], [:])
        #expect(verdict(of: pod).verdict == .failed)
        #expect(check.wiring(.accepted(Array("{".utf8))).verdict == .failed)
    }

    @Test("are refused for the reserved name")
    func reserved() {
        let words = "422 Invalid: admission webhook \"\(Self.webhook)\" denied the request: Pod is invalid"
        #expect(check.reservedName(.refused(.invalid, words)).verdict == .ok)
        #expect(check.reservedName(.accepted([])).verdict == .failed)
        let other = "422 Invalid: admission webhook \"other.example\" denied the request"
        #expect(check.reservedName(.refused(.invalid, other)).verdict == .failed)
    }

    @Test(
        "are refused for other reasons",
        arguments: [
            (KubernetesError.Code.forbidden, "cannot create", Verdict.skipped, "run this as somebody who may"),
            (.notFound, "", .skipped, "name one with --namespace"),
            (.invalid, "admission webhook \"x\" does not support dry run", .skipped, "sideEffects: None"),
            (
                .server, "failed calling webhook: x509: certificate signed by unknown authority", .failed,
                "look at ca-bundle"
            ),
            (.server, "no endpoints available for service", .failed, "no webhook is ready: kubectl -n system"),
            (
                .server, "dial tcp 127.0.0.1:9443: connect: connection refused", .failed,
                "no webhook is ready: kubectl -n system"
            ),
            (.server, "context deadline exceeded", .failed, "network policies"),
            (.transport, "the request timed out", .failed, "network policies"),
            (.invalid, "something else", .failed, "names who refused"),
        ])
    func obstacles(code: KubernetesError.Code, message: String, verdict: Verdict, mend: String) {
        for result in [check.wiring(.refused(code, message)), check.reservedName(.refused(code, message))] {
            #expect(result.verdict == verdict)
            #expect(result.mend?.contains(mend) == true, "\(result.mend ?? "")")
        }
    }
}
