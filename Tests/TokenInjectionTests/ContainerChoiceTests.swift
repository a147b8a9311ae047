import Testing
import TokenInjection

@Suite struct ContainerChoiceTests {
    private static let secret = #""kelos.dev/github-token-secret":"s""#

    private func containers(_ pod: String) throws -> String? { try planned(pod).facts?.containers }

    @Test("Containers of all kinds that refer to the key are wired, and only they")
    func referring() throws {
        let pod = taskPod(
            [
                wantingContainer(), #"{"name":"db"}"#, #"{"name":"key","env":[\#(tokenVariable(key: "other"))]}"#,
                #"{"name":"secret","env":[\#(tokenVariable(secret: "other"))]}"#,
            ].joined(separator: ","),
            initContainers: wantingContainer("clone") + #",{"name":"warmup"},"#
                + wantingContainer("proxy", more: #","restartPolicy":"Always""#))
        #expect(try containers(pod) == "clone,proxy,kelos-agent")
    }

    @Test("Without any reference all containers are")
    func all() throws {
        let pod = taskPod(
            #"{"name":"a"},{"name":"b","env":null}"#, annotations: Self.secret, initContainers: #"{"name":"i"}"#)
        #expect(try containers(pod) == "i,a,b")
    }

    @Test("The annotation's list stands in for all, and adds to those that refer")
    func listed() throws {
        let listing = { (names: String) in Self.secret + ",\"kelos.dev/github-token-containers\":\"\(names)\"" }
        let three = #"{"name":"a"},{"name":"b"},{"name":"c"}"#
        #expect(try containers(taskPod(three, annotations: listing("b"))) == "b")
        #expect(try containers(taskPod(three, annotations: listing(" c , a ,,"))) == "a,c")
        #expect(try containers(taskPod(three + "," + wantingContainer(), annotations: listing("b"))) == "b,kelos-agent")
    }

    @Test("A listed name that no container has gives a warning")
    func unknown() throws {
        let annotations = Self.secret + #","kelos.dev/github-token-containers":"a,nobody,\"\u0007""#
        let planned = try planned(taskPod(#"{"name":"a"}"#, annotations: annotations))
        #expect(planned.facts?.containers == "a")
        #expect(
            planned.plan.warnings == [
                #"The annotation kelos.dev/github-token-containers lists "nobody", but no container is named so."#,
                #"The annotation kelos.dev/github-token-containers lists "??", but no container is named so."#,
            ])
    }

    @Test("A list that chooses nobody leaves the pod as it is")
    func nobody() throws {
        let annotations = Self.secret + #","kelos.dev/github-token-containers":"""#
        let planned = try planned(taskPod(#"{"name":"a"}"#, annotations: annotations))
        #expect(planned.skipped == .noContainers && planned.patch.isEmpty)
        #expect(try self.planned2(#""spec":{}"#) == .noContainers)
        #expect(try self.planned2(#""spec":null"#) == .noContainers)
    }

    private func planned2(_ spec: String) throws -> SkipReason? {
        try planned(
            #"{"metadata":{"labels":{"kelos.dev/github-token":"enabled"},"annotations":{\#(Self.secret)}},\#(spec)}"#
        ).skipped
    }
}
