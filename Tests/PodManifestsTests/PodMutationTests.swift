import PodManifests
import Testing
import TokenInjection

@Suite("Mutating manifests")
struct PodMutationTests {
    private static let optedIn = """
        metadata:
          name: p
          labels: {kelos.dev/github-token: enabled}
          annotations: {kelos.dev/github-token-secret: s}
        spec:
          containers: [{name: a}]

        """

    private static func indented(_ text: String, by count: Int) -> String {
        text.split(separator: "\n").map { String(repeating: " ", count: count) + $0 + "\n" }.joined()
    }

    private func mutate(_ text: String, namespace: String = "default") throws -> [MutatedManifest] {
        let mutation = PodMutation(defaultNamespace: namespace)
        return try ManifestReader.manifests(in: Array(text.utf8), file: "f").map { try mutation.mutated($0) }
    }

    private func paths(_ result: MutatedManifest) -> [String] {
        (result.patch.elements ?? []).compactMap { $0["path"]?.string }
    }

    @Test("patches a pod")
    func pod() throws {
        let result = try #require(try mutate("apiVersion: v1\nkind: Pod\n\(Self.optedIn)").first)
        #expect(result.reports.flatMap(\.lines) == ["pod/p: patched: token of Secret s for a"])
        #expect(paths(result).first == "/spec/volumes")
        #expect(result.value[path: ["spec", "volumes"]]?.elements?.first?["name"] == .string("kelos-github-token"))
        #expect(!result.isRefused)
    }

    @Test(
        "patches the template of every workload at its own place",
        arguments: [
            ("batch/v1", "Job", "/spec/template"), ("apps/v1", "Deployment", "/spec/template"),
            ("apps/v1", "StatefulSet", "/spec/template"), ("apps/v1", "DaemonSet", "/spec/template"),
            ("apps/v1", "ReplicaSet", "/spec/template"), ("v1", "ReplicationController", "/spec/template"),
            ("v1", "PodTemplate", "/template"), ("batch/v1", "CronJob", "/spec/jobTemplate/spec/template"),
        ])
    func templates(version: String, kind: String, prefix: String) throws {
        var text = "apiVersion: \(version)\nkind: \(kind)\nmetadata: {name: w}\n"
        var indent = 0
        for key in prefix.split(separator: "/") {
            text += String(repeating: " ", count: indent) + "\(key):\n"
            indent += 2
        }
        let result = try #require(try mutate(text + Self.indented(Self.optedIn, by: indent)).first)
        #expect(result.reports.flatMap(\.lines) == ["\(kind.lowercased())/w: patched: token of Secret s for a"])
        #expect(!paths(result).isEmpty && paths(result).allSatisfy { $0.hasPrefix("\(prefix)/spec/") })
        let keys = prefix.split(separator: "/").map(String.init) + ["spec", "volumes"]
        #expect(result.value[path: keys]?.elements?.count == 1)
    }

    @Test("patches the items of a list in place")
    func list() throws {
        let text =
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n"
            + "- apiVersion: v1\n  kind: Pod\n" + Self.indented(Self.optedIn, by: 2)
        let result = try #require(try mutate(text).first)
        #expect(paths(result).allSatisfy { $0.hasPrefix("/items/1/spec/") })
        #expect(
            result.value["items"]?.elements?.first
                == .object([
                    ManifestMember("apiVersion", .string("v1")), ManifestMember("kind", .string("ConfigMap")),
                    ManifestMember("metadata", .object([ManifestMember("name", .string("c"))])),
                ]))
        #expect(result.reports.map(\.name) == ["configmap/c", "pod/p"])
    }

    @Test(
        "leaves alone what holds no pod, and kinds of other groups",
        arguments: [
            "apiVersion: v1\nkind: Service\n",
            "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: {template: {spec: {}}}\n",
            "kind: Pod\nspec: {}\n", "apiVersion: v1\nkind: Pod\nspec: 5\n",
            "apiVersion: kelos.dev/v1alpha2\nkind: Task\n",
        ])
    func others(text: String) throws {
        let result = try #require(try mutate(text).first)
        #expect(result.value == result.original.value)
        #expect(paths(result).isEmpty)
        #expect(result.reports.first?.lines.first?.contains(": nothing to do: ") == true)
    }

    @Test("adds nothing the second time")
    func idempotence() throws {
        let once = try #require(try mutate("apiVersion: v1\nkind: Pod\n\(Self.optedIn)").first)
        let twice = try #require(try mutate(YAMLWriter.document(once.value)).first)
        #expect(twice.value == once.value)
        #expect(
            twice.reports.first?.lines == [
                "pod/p: nothing to do: already-wired: \(SkipReason.alreadyWired.explanation)"
            ])
    }

    @Test("takes the namespace from the object, then from the caller")
    func namespaces() throws {
        let pod = "apiVersion: v1\nkind: Pod\n\(Self.optedIn)"
        let elsewhere = pod.replacing("name: p", with: "name: p\n  namespace: kube-system")
        #expect(try mutate(elsewhere).first?.reports.first?.lines.first?.contains("excluded-namespace") == true)
        #expect(
            try mutate(pod, namespace: "kube-system").first?.reports.first?.lines.first?.contains("excluded-namespace")
                == true)
    }

    @Test("lists every violation of a refused pod and leaves it out of the output")
    func refusal() throws {
        let pod = "apiVersion: v1\nkind: Pod\n\(Self.optedIn)  volumes: [{name: kelos-github-token, emptyDir: {}}]\n"
        let results = try mutate(pod + "---\napiVersion: v1\nkind: Service\nmetadata: {name: \"s\\u001b[31m\"}\n")
        #expect(results[0].isRefused)
        #expect(results[0].reports[0].lines.first == "pod/p: refused:")
        #expect(results[0].reports[0].lines.dropFirst().first?.hasPrefix("  spec.volumes[0].name: ") == true)
        #expect(results[1].reports[0].name == "service/s?[31m")
        #expect(
            ManifestOutput.text(results, as: .yaml)
                == "apiVersion: v1\nkind: Service\nmetadata:\n  name: \"s\\x1b[31m\"\n")
    }

    @Test("refuses documents that are no object")
    func noObject() {
        #expect(throws: ManifestError(file: "f", document: 1, problem: "is not a Kubernetes object")) {
            try mutate("- a\n")
        }
    }
}
