import PodManifests
import Testing

@Suite("Kelos objects in manifests")
struct KelosObjectTests {
    private func mutate(_ text: String) throws -> [MutatedManifest] {
        let mutation = PodMutation(defaultNamespace: "default")
        return try ManifestReader.manifests(in: Array(text.utf8), file: "f").map { try mutation.mutated($0) }
    }

    private func object(_ kind: String, version: String = "kelos.dev/v1alpha2", _ holder: String, _ overrides: String)
        -> String
    {
        var text = "apiVersion: \(version)\nkind: \(kind)\nmetadata: {name: o}\n"
        var indent = ""
        for key in holder.split(separator: ".") {
            text += "\(indent)\(key):\n"
            indent += "  "
        }
        return text + "\(indent)podOverrides: \(overrides)\n"
    }

    @Test(
        "is refused for what the webhook would refuse",
        arguments: ["v1alpha1", "v1alpha2"],
        [
            ("Task", "spec"), ("Task", "spec.worker"), ("WorkerPool", "spec.worker"), ("Session", "spec.worker"),
            ("TaskSpawner", "spec.taskTemplate"), ("TaskSpawner", "spec.taskTemplate.worker"),
            ("SessionSpawner", "spec.sessionTemplate.worker"),
        ])
    func refused(_ version: String, _ place: (kind: String, holder: String)) throws {
        let text = object(
            place.kind, version: "kelos.dev/\(version)", place.holder,
            "{volumes: [{name: workspace}], env: [{name: KELOS_MODEL}]}")
        let result = try #require(try mutate(text).first)
        #expect(result.isRefused)
        #expect(
            result.reports.flatMap(\.lines) == [
                "\(place.kind.lowercased())/o: refused:",
                "  \(place.holder).podOverrides.volumes[0].name: Invalid value: \"workspace\": is a Kelos-reserved volume "
                    + "name; give the volume another name",
                "Warning: \(place.kind.lowercased())/o: \(place.holder).podOverrides.env[0].name: Kelos drops "
                    + "\"KELOS_MODEL\" when it sets it itself, from the field model",
            ])
    }

    @Test("is printed as it is when it keeps to the rules")
    func accepted() throws {
        let result = try #require(try mutate(object("Task", "spec.worker", "{volumes: [{name: cache}]}")).first)
        #expect(!result.isRefused && result.value == result.original.value && result.patch == .array([]))
        #expect(
            result.reports.flatMap(\.lines) == [
                "task/o: nothing to do: within-rules: Nothing in it uses a name or a path that is reserved."
            ])
    }

    @Test("is none of another group, nor another kind of Kelos")
    func others() throws {
        let bad = "{volumes: [{name: workspace}]}"
        let results = try mutate(
            [
                object("Task", version: "tekton.dev/v1", "spec", bad), object("Workspace", "spec", bad),
                "apiVersion: v1\nkind: List\nitems: [{kind: Task, metadata: {name: o}}]\n",
            ].joined(separator: "---\n"))
        #expect(
            results.flatMap(\.reports).flatMap(\.lines) == [
                "task/o: nothing to do: not-a-pod: It is neither a pod nor an object with a pod template.",
                "workspace/o: nothing to do: not-a-pod: Objects of this kind of Kelos are not checked.",
                "task/o: nothing to do: not-a-pod: It is neither a pod nor an object with a pod template.",
            ])
    }

    @Test("is found in a list")
    func list() throws {
        let item = #"{"apiVersion":"kelos.dev/v1alpha2","kind":"Task","metadata":{"name":"o"},"spec":{"podOverrides":"#
        let result = try #require(
            try mutate(
                #"{"apiVersion":"v1","kind":"List","items":[\#(item){}}},\#(item){"volumes":[{"name":"kelos-x"}]}}}]}"#
            ).first)
        #expect(result.isRefused && result.reports.map(\.isRefused) == [false, true])
    }

    @Test("tells how many violations are not listed")
    func bounded() throws {
        let volumes = Array(repeating: "{name: kelos-x}", count: 130).joined(separator: ",")
        let lines = try mutate(object("Task", "spec", "{volumes: [\(volumes)]}")).flatMap(\.reports).flatMap(\.lines)
        #expect(lines.count == 102 && lines.last == "  and 30 more")
    }
}
