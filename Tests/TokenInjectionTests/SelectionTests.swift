import Testing
import TokenInjection

@Suite struct SelectionTests {
    private func pod(labels: String, annotations: String = "{}") -> String {
        #"{"metadata":{"labels":{\#(labels)},"annotations":\#(annotations)},"spec":{"containers":[{"name":"a","env":["#
            + tokenVariable() + "]}]}}"
    }

    private static let managed = #""kelos.dev/managed-by":"kelos-controller""#

    @Test("Kelos's Task, Session and worker pods are selected", arguments: ["task", "session", "worker"])
    func components(_ component: String) throws {
        #expect(try planned(pod(labels: "\(Self.managed),\"kelos.dev/component\":\"\(component)\"")).facts != nil)
    }

    @Test(
        "No other pod is",
        arguments: [
            "", managed, #""kelos.dev/component":"task""#, managed + #","kelos.dev/component":"spawner""#,
            #""kelos.dev/managed-by":"other","kelos.dev/component":"task""#, #""kelos.dev/github-token":"true""#,
            #""kelos.dev/github-token":null"#, #""kelos.dev/github-token":1"#,
        ])
    func others(_ labels: String) throws {
        let planned = try planned(pod(labels: labels))
        #expect(planned.skipped == .notSelected)
        #expect(planned.patch.isEmpty && planned.plan.warnings.isEmpty)
    }

    @Test("Objects without metadata, labels or spec are left alone", arguments: ["{}", "[]", #"{"metadata":null}"#])
    func hollow(_ pod: String) throws {
        #expect(try planned(pod).skipped == .notSelected)
    }

    @Test("A label opts any pod in, and another opts a Kelos pod out")
    func labels() throws {
        #expect(try planned(pod(labels: #""kelos.dev/github-token":"enabled""#)).facts?.secret == "s")
        let out = pod(labels: Self.managed + #","kelos.dev/component":"task","kelos.dev/github-token":"disabled""#)
        #expect(try planned(out).skipped == .optedOut)
    }

    @Test("kube-system and the webhook's own namespace are never touched", arguments: ["kube-system", "kelos-token"])
    func namespaces(_ namespace: String) throws {
        #expect(try planned(taskPod(wantingContainer()), in: namespace).skipped == .excludedNamespace)
        #expect(try planned(pod(labels: ""), in: namespace).skipped == .notSelected)
    }

    @Test("A mirror pod is never touched")
    func mirror() throws {
        let pod = taskPod(wantingContainer(), annotations: #""kubernetes.io/config.mirror":"abc""#)
        #expect(try planned(pod).skipped == .mirrorPod)
    }

    @Test("Every reason has a label of its own and explains itself in one sentence")
    func reasons() {
        let labels = SkipReason.allCases.map(\.rawValue) + RefusalReason.allCases.map(\.rawValue)
        #expect(Set(labels).count == labels.count)
        let sentences = SkipReason.allCases.map(\.explanation) + RefusalReason.allCases.map(\.explanation)
        #expect(Set(sentences).count == sentences.count)
        #expect(sentences.allSatisfy { $0.hasSuffix(".") && !$0.contains("\n") })
    }
}
