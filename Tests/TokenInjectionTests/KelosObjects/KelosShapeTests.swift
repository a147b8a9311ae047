import RawJSON
import Testing
import TokenInjection

@Suite struct KelosShapeTests {
    private static let values = [
        "null", "true", "1", "1e400", "\"text\"", "[]", "{}", "[1]", "[null,\"x\",[],{}]", "{\"name\":[]}",
        "[[[[[]]]]]",
        "[{\"name\":1,\"mountPath\":{},\"volumeMounts\":\"x\",\"env\":{}}]",
        "[{\"name\":[],\"env\":[1,null,{\"name\":{}}],\"volumeMounts\":[1,null,{\"mountPath\":2},{\"mountPath\":null}]}]",
    ]
    private static let keys = ["volumes", "volumeMounts", "env", "extraContainers", "extraInitContainers", "labels"]

    @Test("A value of another type is left to the schema, wherever it stands", arguments: Place.all)
    func types(_ place: Place) throws {
        for value in Self.values {
            #expect(try place.judged(value).passed == .withinRules)
            for key in Self.keys where !(key.hasPrefix("extra") && value.contains("{")) {
                #expect(try place.judged("{\"\(key)\":\(value)}").passed == .withinRules)
            }
            for text in [
                "{\"spec\":\(value)}", "{\"spec\":{\"worker\":\(value),\"taskTemplate\":\(value)}}",
                "{\"spec\":{\"taskTemplate\":{\"worker\":\(value)},\"sessionTemplate\":{\"worker\":\(value)}}}",
                "{\"metadata\":\(value)}", value,
            ] {
                #expect(try judged(text, place.kind).passed == .withinRules)
                #expect(try judged(text, place.kind, replacing: text).passed != nil)
            }
        }
    }

    @Test("A container without a usable name is refused for that alone")
    func containers() throws {
        let verdict = try Place.all[0].judged(#"{"extraContainers":[null,1,"x",[],{},{"name":7}]}"#)
        #expect(verdict.violations.map(\.field) == ["spec.podOverrides.extraContainers[4].name"])
    }

    @Test("Templates of another kind's are none of its business")
    func foreignTemplates() throws {
        let bad = #"{"podOverrides":{"volumes":[{"name":"workspace"}]}}"#
        let object = #"{"spec":{"taskTemplate":\#(bad),"sessionTemplate":\#(bad)}}"#
        for kind in KelosKind.allCases {
            let fields = try judged(object, kind).violations.map(\.field)
            switch kind {
            case .task, .workerPool, .session: #expect(fields.isEmpty)
            case .taskSpawner: #expect(fields == ["spec.taskTemplate.podOverrides.volumes[0].name"])
            case .sessionSpawner: #expect(fields == ["spec.sessionTemplate.podOverrides.volumes[0].name"])
            }
        }
    }

    @Test("Nesting as deep as is read at all is compared and passed")
    func deep() throws {
        let deep = String(repeating: "[", count: 990) + String(repeating: "]", count: 990)
        let other = String(repeating: "[", count: 990) + "1" + String(repeating: "]", count: 990)
        let place = Place.all[0]
        #expect(try place.judged("{\"volumes\":\(deep)}").passed == .withinRules)
        #expect(
            try judged(place.object("{\"a\":\(deep)}"), replacing: place.object("{\"a\":\(other)}")).passed
                == .withinRules)
        #expect(
            try judged(place.object("{\"a\":\(deep)}"), replacing: place.object("{\"a\": \(deep)}")).passed
                == .unchangedOverrides)
    }

    @Test("Kinds are told apart by group and kind, whatever the version")
    func kinds() throws {
        for kind in KelosKind.allCases {
            for version in ["v1alpha1", "v1alpha2", "v9"] {
                #expect(KelosKind(apiVersion: "kelos.dev/\(version)", kind: "\(kind.name)") == kind)
                #expect(try read(#"{"group":"kelos.dev","version":"\#(version)","kind":"\#(kind.name)"}"#) == kind)
            }
            #expect(KelosKind(apiVersion: "v1", kind: "\(kind.name)") == nil)
            #expect(KelosKind(apiVersion: "x.kelos.dev/v1", kind: "\(kind.name)") == nil)
            #expect(try read(#"{"group":"tekton.dev","version":"v1","kind":"\#(kind.name)"}"#) == nil)
            #expect(try read(#"{"version":"v1","kind":"\#(kind.name)"}"#) == nil)
        }
        for kind in ["Workspace", "AgentConfig", "task", "Tasks", ""] {
            #expect(KelosKind(apiVersion: "kelos.dev/v1alpha2", kind: kind) == nil)
            #expect(try read(#"{"group":"kelos.dev","version":"v1alpha2","kind":"\#(kind)"}"#) == nil)
        }
        #expect(try read(#"{"group":"kelos.dev"}"#) == nil)
    }

    private func read(_ text: String) throws -> KelosKind? {
        let bytes = Array(text.utf8)
        var index = JSONIndex()
        return KelosKind(try index.read(unsafe bytes.span.bytes))
    }
}
