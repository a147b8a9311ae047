import Testing
import TokenInjection

@Suite struct VolumeRuleTests {
    private func planned(volume: String) throws -> Planned {
        try TokenInjectionTests.planned(
            taskPod(wantingContainer(), more: #","volumes":[{"name":"w","emptyDir":{}},{"name":\#(volume)}]"#))
    }

    @Test(
        "Any volume that delivers the key as the file is taken for ours",
        arguments: [
            #"{"secretName":"s","items":[{"key":"GITHUB_TOKEN","path":"GITHUB_TOKEN"}],"optional":true}"#,
            #"{"secretName":"s","items":[{"key":"GITHUB_TOKEN","path":"GITHUB_TOKEN","mode":256}],"defaultMode":420}"#,
            #"{"secretName":"s","items":[{"key":"x","path":"x"},{"key":"GITHUB_TOKEN","path":"GITHUB_TOKEN"}]}"#,
            #"{"secretName":"s"}"#, #"{"secretName":"s","items":null}"#, #"{"secretName":"s","items":[]}"#,
        ])
    func ours(_ secret: String) throws {
        let planned = try planned(volume: #""kelos-github-token","secret":\#(secret)"#)
        #expect(planned.facts != nil)
        #expect(planned.operations.allSatisfy { !$0.contains(#""path":"/spec/volumes"#) })
    }

    @Test(
        "Any other volume of that name is refused",
        arguments: [
            #""emptyDir":{}"#, #""secret":{}"#, #""secret":{"secretName":"other"}"#,
            #""secret":{"secretName":"s","items":[{"key":"GITHUB_TOKEN","path":"token"}]}"#,
            #""secret":{"secretName":"s","items":[{"key":"token","path":"GITHUB_TOKEN"}]}"#,
            #""hostPath":{"path":"/"}"#,
            #""projected":{"sources":[{"secret":{"name":"s"}}]}"#,
        ])
    func foreign(_ source: String) throws {
        let planned = try planned(volume: #""kelos-github-token",\#(source)"#)
        #expect(planned.violations.map(\.field) == ["spec.volumes[1].name"])
        #expect(planned.violations.first?.reason == .reservedVolume)
        #expect(planned.violations.first?.cause.rawValue == "FieldValueForbidden")
        #expect(
            planned.violations.first?.message
                == "Forbidden: the volume name \"kelos-github-token\" is reserved for the file with the GitHub token of "
                + "Secret \"s\", and this volume is another one; give it another name")
        #expect(planned.patch.isEmpty)
    }

    @Test("Another key is delivered under the same file name")
    func otherKey() throws {
        let container = #"{"name":"a","env":[\#(tokenVariable(key: "token"))]}"#
        let volumes = { (items: String) in
            #","volumes":[{"name":"kelos-github-token","secret":{"secretName":"s"\#(items)}}]"#
        }
        let items = #","items":[{"key":"token","path":"GITHUB_TOKEN"}]"#
        #expect(try TokenInjectionTests.planned(taskPod(container, more: volumes(items))).facts?.key == "token")
        #expect(try TokenInjectionTests.planned(taskPod(container, more: volumes(""))).violations.count == 1)
    }

    @Test("The wrapper's volume name is taken, with or without a Secret")
    func wrapper() throws {
        let foreign = try planned(volume: #""kelos-gh-wrapper","emptyDir":{}"#)
        #expect(foreign.violations.map(\.field) == ["spec.volumes[1].name"])
        let volumes = #","volumes":[{"name":"kelos-gh-wrapper","emptyDir":{}}]"#
        #expect(try TokenInjectionTests.planned(taskPod(#"{"name":"a"}"#, more: volumes)).violations.count == 1)
        let ours = try planned(
            volume:
                #""kelos-gh-wrapper","downwardAPI":{"defaultMode":493,"items":[{"path":"gh","fieldRef":{"fieldPath":"#
                + #""metadata.annotations['kelos.dev/gh-wrapper-script']"}}]}"#)
        #expect(ours.violations.isEmpty && ours.facts != nil)
    }

    @Test("Every violation is listed, in the pod's order")
    func all() throws {
        let planned = try TokenInjectionTests.planned(
            taskPod(
                wantingContainer(more: #","volumeMounts":[{"name":"w","mountPath":"/kelos/github-token"}]"#),
                more: #","volumes":[{"name":"kelos-github-token"},{"name":"kelos-github-token"}]"#,
                initContainers: wantingContainer("i", more: #","volumeMounts":{}"#)))
        #expect(
            planned.violations.map(\.field) == [
                "spec.volumes[0].name", "spec.volumes[1].name", "spec.initContainers[0].volumeMounts",
                "spec.containers[0].volumeMounts[0].mountPath",
            ])
    }

    @Test(
        "Lists of another type are refused, never patched",
        arguments: [
            (#""volumes":{}"#, "spec.volumes"), (#""initContainers":"x""#, "spec.initContainers"),
        ])
    func types(_ field: String, _ path: String) throws {
        let planned = try TokenInjectionTests.planned(taskPod(wantingContainer(), more: ",\(field)"))
        #expect(planned.violations.map(\.field) == [path])
        #expect(planned.violations.first?.message == "Invalid value: must be an array")
        #expect(planned.violations.first?.cause.rawValue == "FieldValueTypeInvalid")
    }
}
