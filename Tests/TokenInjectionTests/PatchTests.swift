import Testing
import TokenInjection

@Suite struct PatchTests {
    private static let volume =
        #"{"name":"kelos-github-token","secret":{"secretName":"s","items":[{"key":"GITHUB_TOKEN","path":"GITHUB_TOKEN"}],"#
        + #""optional":true}}"#
    private static let mount = #"{"name":"kelos-github-token","mountPath":"/kelos/github-token","readOnly":true}"#
    private static let file = #"{"name":"KELOS_GITHUB_TOKEN_FILE","value":"/kelos/github-token/GITHUB_TOKEN"}"#

    @Test("The first operations of a Task pod, byte for byte")
    func exactBytes() throws {
        let planned = try planned(taskPod(wantingContainer(more: #","volumeMounts":[]"#), more: #","volumes":[]"#))
        let operations = planned.operations
        #expect(operations.count == 10)
        #expect(operations[0] == #"{"op":"add","path":"/spec/volumes/-","value":\#(Self.volume)}"#)
        #expect(operations[1] == #"{"op":"add","path":"/spec/containers/0/volumeMounts/-","value":\#(Self.mount)}"#)
        #expect(operations[2] == #"{"op":"add","path":"/spec/containers/0/env/-","value":\#(Self.file)}"#)
        #expect(
            operations[3]
                == #"{"op":"add","path":"/spec/containers/0/env/-","value":{"name":"GIT_CONFIG_COUNT","value":"3"}}"#)
        #expect(planned.facts?.operations == 10)
        #expect(planned.plan.warnings.isEmpty)
    }

    @Test("Lists that are absent or null are created whole", arguments: ["", #","volumeMounts":null,"env":null"#])
    func createdLists(_ lists: String) throws {
        let annotations = #""kelos.dev/github-token-secret":"s""#
        let volumes = lists.isEmpty ? "" : #","volumes":null"#
        let pod = taskPod(#"{"name":"a"\#(lists)}"#, annotations: annotations, more: volumes)
        let patch = try planned(pod).patch
        #expect(patch.hasPrefix(#"[{"op":"add","path":"/spec/volumes","value":[\#(Self.volume)]},"#))
        #expect(patch.contains(#","path":"/spec/containers/0/volumeMounts","value":[\#(Self.mount)]},"#))
        let optional = { (name: String) in
            #"{"name":"\#(name)","valueFrom":{"secretKeyRef":{"name":"s","key":"GITHUB_TOKEN","optional":true}}}"#
        }
        let env = [optional("GITHUB_TOKEN"), optional("GH_TOKEN"), Self.file].joined(separator: ",")
        #expect(
            patch.contains(#"{"op":"add","path":"/spec/containers/0/env","value":[\#(env),{"name":"GIT_CONFIG_COUNT","#)
        )
        #expect(patch.hasSuffix(#"{"name":"GIT_CONFIG_VALUE_2","value":"x-access-token"}]}]"#))
    }

    @Test("The pod's own spelling of name and key is copied, escapes and all")
    func verbatim() throws {
        let pod = taskPod(#"{"name":"a","env":[\#(tokenVariable(secret: #"\u0073\/x"#, key: #"k\"1"#))]}"#)
        #expect(try planned(pod).patch.contains(#""secretName":"\u0073\/x","items":[{"key":"k\"1","path""#))
        let facts = try planned(pod).facts
        #expect(facts?.secret == "s/x" && facts?.key == "k\"1")
        #expect(facts?.containers == "a" && facts?.operations == 11)
    }

    @Test("What is there already is not added again; a complete pod gets no patch")
    func complete() throws {
        let mounts = #","volumeMounts":[\#(Self.mount)]"#
        let wired = taskPod(
            wantingContainer(env: ",\(Self.file)", more: mounts), more: #","volumes":[\#(Self.volume)]"#)
        #expect(try planned(wired).skipped == .alreadyWired)
        #expect(try planned(wired).patch.isEmpty)
        let lacking = taskPod(wantingContainer(more: mounts), more: #","volumes":[\#(Self.volume)]"#)
        #expect(
            try planned(lacking).patch
                == #"[{"op":"add","path":"/spec/containers/0/env/-","value":\#(Self.file)}]"#)
    }

    @Test("Paths and fields begin where the pod stands in its document")
    func locations() throws {
        let pod = taskPod(#"{"name":"a","env":{}}"#, annotations: #""kelos.dev/github-token-secret":"s""#)
        #expect(try planned(pod, at: .template).violations.map(\.field) == ["spec.template.spec.containers[0].env"])
        let template = try planned(taskPod(wantingContainer()), at: .template)
        #expect(template.operations.allSatisfy { $0.contains(#","path":"/spec/template/spec/"#) })
        let odd = try planned(taskPod(wantingContainer()), at: PodLocation(["a/b~", "\"c"]))
        #expect(odd.patch.hasPrefix(#"[{"op":"add","path":"/a~1b~0/\"c/spec/volumes","#))
        let nested = try planned(
            taskPod("", annotations: #""kelos.dev/github-token-secret":"""#), at: .cronJobTemplate)
        #expect(
            nested.violations.first?.field
                == "spec.jobTemplate.spec.template.metadata.annotations[kelos.dev/github-token-secret]")
    }

    @Test("Names of changed containers are listed, a long list is cut")
    func facts() throws {
        let many = (0..<500).map { wantingContainer("container-\($0)") }.joined(separator: ",")
        let facts = try planned(taskPod(many)).facts
        #expect(facts?.containers.hasPrefix("container-0,container-1,") == true)
        #expect(facts.map { $0.containers.utf8.count < 1100 } == true)
        #expect(facts?.operations == 1 + 500 * 9)
    }
}
