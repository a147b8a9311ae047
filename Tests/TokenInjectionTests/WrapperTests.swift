import Testing
import TokenInjection

@Suite struct WrapperTests {
    private static let label = #","kelos.dev/gh-wrapper":"enabled""#
    private static let annotation = #""kelos.dev/gh-wrapper-script""#
    private static let volume =
        #"{"name":"kelos-gh-wrapper","downwardAPI":{"items":[{"path":"gh","fieldRef":{"fieldPath":"#
        + #""metadata.annotations['kelos.dev/gh-wrapper-script']"},"mode":493}]}}"#
    private static let mount =
        #"{"name":"kelos-gh-wrapper","mountPath":"/usr/local/bin/gh","subPath":"gh","readOnly":true}"#
    private static let tokenVolume = #"{"name":"kelos-github-token","secret":{"secretName":"s"}}"#
    private static let tokenMount = #"{"name":"kelos-github-token","mountPath":"/kelos/github-token"}"#

    private func planned(
        mounts: String? = nil, env: String = "", annotations: String = "", volumes: String? = nil,
        label: String = WrapperTests.label
    ) throws -> Planned {
        try TokenInjectionTests.planned(
            taskPod(
                wantingContainer(env: env, more: mounts.map { #","volumeMounts":[\#($0)]"# } ?? ""), labels: label,
                annotations: annotations, more: volumes.map { #","volumes":[\#($0)]"# } ?? ""))
    }

    /// Operation and path of each operation that is about the wrapper.
    private func operations(_ planned: Planned) -> [String] {
        planned.operations.filter { $0.contains("gh-wrapper") }.compactMap { operation in
            operation.firstMatch(of: /"op":"([a-z]+)","path":"([^"]*)"/).map { "\($0.1) \($0.2)" }
        }
    }

    @Test("Without the label, or with another value of it, nothing of it is added")
    func unlabelled() throws {
        for label in ["", #","kelos.dev/gh-wrapper":"disabled""#, #","kelos.dev/gh-wrapper":true"#] {
            #expect(try !planned(label: label).patch.contains("gh-wrapper"))
        }
    }

    @Test("Script, volume and mount are added, each at its place")
    func added() throws {
        let planned = try planned(mounts: #"{"name":"w","mountPath":"/w"}"#, volumes: #"{"name":"w"}"#)
        #expect(
            operations(planned) == [
                "add /metadata/annotations/kelos.dev~1gh-wrapper-script", "add /spec/volumes/-",
                "add /spec/containers/0/volumeMounts/-",
            ])
        #expect(planned.operations[2] == #"{"op":"add","path":"/spec/volumes/-","value":\#(Self.volume)}"#)
        #expect(
            planned.operations[4] == #"{"op":"add","path":"/spec/containers/0/volumeMounts/-","value":\#(Self.mount)}"#)
        #expect(planned.operations[1].contains(##","value":"#!/bin/sh\n# kelos-gh-wrapper: "##))
        #expect(planned.plan.warnings.isEmpty)
    }

    @Test("Lists that are absent are made by the token's own operations, and then added to")
    func absentLists() throws {
        let planned = try planned()
        #expect(
            planned.operations.map { $0.firstMatch(of: /"path":"([^"]*)"/)?.1 ?? "" }.prefix(5) == [
                "/spec/volumes", "/metadata/annotations/kelos.dev~1gh-wrapper-script", "/spec/volumes/-",
                "/spec/containers/0/volumeMounts", "/spec/containers/0/volumeMounts/-",
            ])
    }

    @Test("Annotations that are absent are created whole", arguments: ["", #","annotations":null"#])
    func noAnnotations(_ annotations: String) throws {
        let pod = """
            {"metadata":{"labels":{"kelos.dev/github-token":"enabled"\(Self.label)}\(annotations)},\
            "spec":{"containers":[\(wantingContainer())]}}
            """
        let planned = try TokenInjectionTests.planned(pod, at: .template)
        #expect(operations(planned).first == "add /spec/template/metadata/annotations")
        #expect(planned.patch.contains(##""value":{"kelos.dev/gh-wrapper-script":"#!/bin/sh\n"##))
    }

    @Test("A script that is another one is replaced, with a warning")
    func anotherScript() throws {
        let planned = try planned(annotations: "\(Self.annotation):\"#!/bin/sh\\nexec evil\\n\"")
        #expect(operations(planned).first == "replace /metadata/annotations/kelos.dev~1gh-wrapper-script")
        #expect(
            planned.plan.warnings == [
                "The annotation kelos.dev/gh-wrapper-script holds something else than the gh wrapper: it is replaced."
            ])
        let null = try self.planned(annotations: "\(Self.annotation):null")
        #expect(operations(null).first == "replace /metadata/annotations/kelos.dev~1gh-wrapper-script")
        #expect(null.plan.warnings.isEmpty)
    }

    @Test("What is complete gets no patch; what is half there is completed")
    func complete() throws {
        let patch = try planned().patch
        let script = try #require(patch.firstMatch(of: /gh-wrapper-script","value":("(?:[^"\\]|\\.)*")/)).1
        let file = #",{"name":"KELOS_GITHUB_TOKEN_FILE","value":"/kelos/github-token/GITHUB_TOKEN"}"#
        let (mounts, volumes) = ("\(Self.tokenMount),\(Self.mount)", "\(Self.tokenVolume),\(Self.volume)")
        let annotations = "\(Self.annotation):\(script)"
        #expect(
            try planned(mounts: mounts, env: file, annotations: annotations, volumes: volumes).skipped == .alreadyWired)
        let halves = [
            try planned(mounts: Self.tokenMount, env: file, annotations: annotations, volumes: volumes),
            try planned(mounts: mounts, env: file, annotations: annotations, volumes: Self.tokenVolume),
            try planned(mounts: mounts, env: file, volumes: volumes),
        ]
        #expect(
            halves.map { operations($0) } == [
                ["add /spec/containers/0/volumeMounts/-"], ["add /spec/volumes/-"],
                ["add /metadata/annotations/kelos.dev~1gh-wrapper-script"],
            ])
        #expect(halves.allSatisfy { $0.facts?.operations == 1 })
    }

    @Test(
        "Nothing else may be mounted at the wrapper's place or below it",
        arguments: ["/usr/local/bin/gh", "/usr/local//bin/./gh/", "usr/local/bin/gh", "/usr/local/bin/gh/x"])
    func collision(_ path: String) throws {
        let planned = try planned(mounts: #"{"name":"w","mountPath":"/w"},{"name":"mine","mountPath":"\#(path)"}"#)
        #expect(planned.violations.map(\.reason) == [.mountCollision])
        #expect(planned.violations.map(\.field) == ["spec.containers[0].volumeMounts[1].mountPath"])
        #expect(
            planned.violations.map(\.message) == [
                "Invalid value: \"\(path)\": /usr/local/bin/gh is where the gh wrapper goes; mount this volume elsewhere, "
                    + "or remove the label kelos.dev/gh-wrapper"
            ])
        let free = try self.planned(mounts: #"{"name":"mine","mountPath":"\#(path)"}"#, label: "")
        #expect(free.facts != nil)
    }

    @Test("The wrapper's own volume as a folder there is refused", arguments: ["", #","subPath":"x""#])
    func folder(_ subPath: String) throws {
        let mount = #"{"name":"kelos-gh-wrapper","mountPath":"/usr/local/bin/gh"\#(subPath)}"#
        let planned = try planned(mounts: mount, volumes: Self.volume)
        #expect(planned.violations.map(\.reason) == [.mountCollision])
        #expect(planned.violations.first?.message.contains(#"with subPath "gh""#) == true)
    }

    @Test("A mount above it gives a warning", arguments: ["/usr/local/bin", "/usr/local/", "usr"])
    func above(_ path: String) throws {
        #expect(
            try planned(mounts: #"{"name":"mine","mountPath":"\#(path)"}"#).plan.warnings == [
                "Container \"kelos-agent\" mounts a volume at \"\(path)\", above /usr/local/bin/gh, where the gh wrapper "
                    + "is mounted: it must be writable, or hold a file there."
            ])
    }

    @Test("Paths beside it are nobody's business", arguments: ["/usr/local/bin/ghx", "/usr/local/gh", "/", "/usr/bin"])
    func apart(_ path: String) throws {
        #expect(try planned(mounts: #"{"name":"mine","mountPath":"\#(path)"}"#).plan.warnings.isEmpty)
    }

    @Test("A PATH that misses the wrapper gives a warning, unless it cannot be told")
    func path() throws {
        func warnings(_ path: String) throws -> [String] {
            try planned(env: #",{"name":"PATH",\#(path)}"#).plan.warnings
        }
        #expect(
            try warnings(#""value":"/usr/bin:/bin""#) == [
                "Container \"kelos-agent\" sets a PATH without /usr/local/bin: it does not find the gh wrapper."
            ])
        for path in [
            #""value":"/usr/bin:/usr/local/bin:/bin""#, #""value":"/usr/local/bin/""#, #""value":"/x:$(OTHER)""#,
            #""valueFrom":{"configMapKeyRef":{"name":"c","key":"k"}}"#,
        ] {
            #expect(try warnings(path).isEmpty)
        }
    }

    @Test(
        "A volume of that name must deliver the script as a program",
        arguments: [
            (#"{"path":"gh","mode":493,FIELD}"#, "", true), (#"{"path":"gh","mode":365,FIELD}"#, "", true),
            (#"{"path":"gh",FIELD}"#, #","defaultMode":493"#, true), (#"{"path":"gh",FIELD}"#, "", false),
            (#"{"path":"gh",FIELD}"#, #","defaultMode":420"#, false),
            (#"{"path":"gh","mode":420,FIELD}"#, #","defaultMode":493"#, false),
            (#"{"path":"other","mode":493,FIELD}"#, "", false), (#"{"path":"gh","mode":493}"#, "", false),
            (#"{"path":"gh","mode":493,FIELD},{"path":"b","mode":493,FIELD}"#, "", false),
        ])
    func volumes(_ items: String, _ more: String, _ isOurs: Bool) throws {
        let field = #""fieldRef":{"apiVersion":"v1","fieldPath":"metadata.annotations['kelos.dev/gh-wrapper-script']"}"#
        let text = items.split(separator: "FIELD", omittingEmptySubsequences: false).joined(separator: field)
        let volume = #"{"name":"kelos-gh-wrapper","downwardAPI":{"items":[\#(text)]\#(more)}}"#
        let planned = try planned(volumes: volume)
        #expect(planned.violations.map(\.reason) == (isOurs ? [] : [.reservedVolume]))
        #expect(planned.patch.contains(#"{"name":"kelos-gh-wrapper","downwardAPI""#) == false)
    }

    @Test("Annotations of another type are refused, never patched")
    func types() throws {
        let pod = #"{"metadata":{"labels":{"kelos.dev/github-token":"enabled"\#(Self.label)},"annotations":[]},"#
        let planned = try TokenInjectionTests.planned(pod + #""spec":{"containers":[\#(wantingContainer())]}}"#)
        #expect(planned.violations.map(\.field) == ["metadata.annotations"])
        #expect(planned.violations.map(\.message) == ["Invalid value: must be an object"])
    }

    @Test("With the wrapper only git is said to be left alone where the host cannot be told")
    func unknownHost() throws {
        let host = #",{"name":"GH_HOST","valueFrom":{"configMapKeyRef":{"name":"c","key":"k"}}}"#
        let warned =
            "Container \"kelos-agent\" has a GH_HOST that cannot be told beforehand: git is left as it is in it."
        #expect(try planned(env: host).plan.warnings == [warned])
    }

    @Test("Only containers that get the token get the wrapper")
    func containers() throws {
        let pod = taskPod(
            wantingContainer() + #",{"name":"db"}"#, labels: Self.label, initContainers: wantingContainer("i"))
        #expect(
            operations(try TokenInjectionTests.planned(pod)).filter { $0.contains("volumeMounts") } == [
                "add /spec/initContainers/0/volumeMounts/-", "add /spec/containers/0/volumeMounts/-",
            ])
    }
}
