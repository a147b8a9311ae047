import Testing
import TokenInjection

@Suite struct SecretTests {
    private func container(_ name: String, _ env: String...) -> String {
        #"{"name":"\#(name)","env":[\#(env.joined(separator: ","))]}"#
    }

    @Test("The agent's Secret counts before that of an earlier container")
    func agentFirst() throws {
        let pod = taskPod(
            container("side", tokenVariable(secret: "side")) + ","
                + container("kelos-agent", tokenVariable(secret: "agent")),
            initContainers: container("first", tokenVariable(secret: "init")))
        #expect(try planned(pod).facts?.secret == "agent")
        #expect(try planned(pod).facts?.containers == "kelos-agent")
    }

    @Test("Without an agent's, init containers count first")
    func initFirst() throws {
        let pod = taskPod(
            container("side", tokenVariable(secret: "side")),
            initContainers: container("a") + "," + container("kelos-agent", tokenVariable(secret: "init", key: "k")))
        #expect(try planned(pod).facts?.secret == "init")
        #expect(try planned(pod).facts?.key == "k")
        #expect(try planned(pod).operations.first?.contains(#""items":[{"key":"k","path":"GITHUB_TOKEN"}]"#) == true)
    }

    @Test("Of two variables with one name the last counts")
    func duplicates() throws {
        let twice = container("kelos-agent", tokenVariable(secret: "old"), tokenVariable(secret: "new"))
        #expect(try planned(taskPod(twice)).facts?.secret == "new")
        let literal = container("kelos-agent", tokenVariable(secret: "old"), #"{"name":"GITHUB_TOKEN","value":"x"}"#)
        #expect(try planned(taskPod(literal)).skipped == .noTokenSecret)
    }

    @Test(
        "A reference without name or key is none",
        arguments: [
            #"{"name":"","key":"k"}"#, #"{"key":"k"}"#, #"{"name":"n"}"#, #"{"name":"n","key":""}"#,
            #"{"name":null,"key":"k"}"#, #"{"name":1,"key":"k"}"#, "null", "[]", "\"n\"",
        ])
    func broken(_ reference: String) throws {
        let env = #"{"name":"GITHUB_TOKEN","valueFrom":{"secretKeyRef":\#(reference)}}"#
        #expect(try planned(taskPod(container("kelos-agent", env))).skipped == .noTokenSecret)
    }

    @Test("The annotation's Secret wins; its key comes from a variable that refers to it")
    func annotation() throws {
        let annotations = #""kelos.dev/github-token-secret":"named""#
        let agent = container("kelos-agent", tokenVariable(secret: "other", key: "x"))
        let alone = try planned(taskPod(agent, annotations: annotations))
        #expect(alone.facts?.secret == "named" && alone.facts?.key == "GITHUB_TOKEN")
        let side = container("side", tokenVariable(secret: "named", key: "token"))
        let both = try planned(taskPod("\(agent),\(side)", annotations: annotations))
        #expect(both.facts?.key == "token")
        #expect(both.facts?.containers == "side")
    }

    @Test(
        "An annotation that names no possible Secret is refused at its field",
        arguments: [
            "\"\"", "\"A\"", "\"a_b\"", "\"-a\"", "\"a-\"", "\"a..b\"", "\".a\"", "\"a.\"", "\"a.-b\"", "\"a/b\"",
            "\" a\"",
            "null", "1", "[]", "\"\(String(repeating: "a", count: 254))\"", "\"\\u0000\"",
        ])
    func impossibleNames(_ value: String) throws {
        let planned = try planned(
            taskPod(wantingContainer(), annotations: "\"kelos.dev/github-token-secret\":\(value)"))
        #expect(planned.violations.map(\.field) == ["metadata.annotations[kelos.dev/github-token-secret]"])
        #expect(planned.violations.first?.reason == .invalidAnnotation)
        #expect(planned.violations.first?.cause.rawValue == "FieldValueInvalid")
        #expect(planned.patch.isEmpty)
    }

    @Test("The longest and oddest names that Kubernetes allows are taken", arguments: ["a", "0", "a-b.c-d.9"])
    func possibleNames(_ name: String) throws {
        let pod = { (secret: String) in
            taskPod(wantingContainer(), annotations: "\"kelos.dev/github-token-secret\":\"\(secret)\"")
        }
        #expect(try planned(pod(name)).facts?.secret == name)
        let longest = String(repeating: "a", count: 253)
        #expect(try planned(pod(longest)).facts?.secret == longest)
    }

    @Test("Without a Secret there is no patch, and an opted-in pod's author is told what to add")
    func noSecret() throws {
        let kelos = try planned(taskPod(#"{"name":"kelos-agent"}"#))
        #expect(kelos.skipped == .noTokenSecret && kelos.plan.warnings.isEmpty && kelos.patch.isEmpty)
        let optedIn = try planned(
            #"{"metadata":{"labels":{"kelos.dev/github-token":"enabled"}},"spec":{"containers":[{"name":"a"}]}}"#)
        #expect(optedIn.skipped == .noTokenSecret)
        #expect(optedIn.plan.warnings.count == 1)
        #expect(optedIn.plan.warnings.first?.contains("kelos.dev/github-token-secret") == true)
    }
}
