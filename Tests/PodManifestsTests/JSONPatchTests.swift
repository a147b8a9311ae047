import Testing

@testable import PodManifests

@Suite("JSON Patch")
struct JSONPatchTests {
    private func apply(_ patch: String, to document: String) throws -> String {
        let patch = try JSONPatch(ManifestValue(json: Array(patch.utf8)))
        let result = try patch.applied(to: ManifestValue(json: Array(document.utf8)))
        return String(decoding: JSONWriter.compact(result), as: UTF8.self)
    }

    @Test(
        "adds and replaces where RFC 6902 says",
        arguments: [
            (#"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1}"#, #"{"a":1,"b":2}"#),
            (#"[{"op":"add","path":"/a","value":2}]"#, #"{"a":1}"#, #"{"a":2}"#),
            (#"[{"op":"add","path":"/a/0","value":0}]"#, #"{"a":[1,2]}"#, #"{"a":[0,1,2]}"#),
            (#"[{"op":"add","path":"/a/2","value":3}]"#, #"{"a":[1,2]}"#, #"{"a":[1,2,3]}"#),
            (#"[{"op":"add","path":"/a/-","value":3}]"#, #"{"a":[1,2]}"#, #"{"a":[1,2,3]}"#),
            (#"[{"op":"replace","path":"/a/1","value":{"x":[]}}]"#, #"{"a":[1,2]}"#, #"{"a":[1,{"x":[]}]}"#),
            (#"[{"op":"add","path":"","value":[1]}]"#, #"{"a":1}"#, "[1]"),
            (#"[{"op":"add","path":"/","value":1}]"#, "{}", #"{"":1}"#),
            (#"[{"op":"add","path":"/a~1b~0c","value":1}]"#, "{}", #"{"a/b~c":1}"#),
            (#"[{"op":"add","path":"/~01","value":1}]"#, "{}", #"{"~1":1}"#),
            (#"[{"op":"add","path":"/a","value":[]},{"op":"add","path":"/a/-","value":1}]"#, "{}", #"{"a":[1]}"#),
            (#"[{"op":"replace","path":"/a","value":null}]"#, #"{"a":1}"#, #"{"a":null}"#),
            ("[]", #"{"a":1}"#, #"{"a":1}"#),
        ])
    func operations(patch: String, document: String, result: String) throws {
        #expect(try apply(patch, to: document) == result)
    }

    @Test(
        "fails where nothing is to be found",
        arguments: [
            (#"[{"op":"replace","path":"/b","value":2}]"#, #"{"a":1}"#),
            (#"[{"op":"add","path":"/b/c","value":2}]"#, #"{"a":1}"#),
            (#"[{"op":"add","path":"/a/3","value":2}]"#, #"{"a":[1,2]}"#),
            (#"[{"op":"replace","path":"/a/2","value":2}]"#, #"{"a":[1,2]}"#),
            (#"[{"op":"replace","path":"/a/-","value":2}]"#, #"{"a":[1,2]}"#),
            (#"[{"op":"add","path":"/a/01","value":2}]"#, #"{"a":[1,2]}"#),
            (#"[{"op":"add","path":"/a/+1","value":2}]"#, #"{"a":[1,2]}"#),
            (#"[{"op":"add","path":"/a/-1","value":2}]"#, #"{"a":[1,2]}"#),
            (#"[{"op":"add","path":"/a/b","value":2}]"#, #"{"a":1}"#),
            (#"[{"op":"add","path":"/a/-/b","value":2}]"#, #"{"a":[{}]}"#),
        ])
    func absentPlaces(patch: String, document: String) {
        #expect(throws: JSONPatch.Failure.self) { try apply(patch, to: document) }
    }

    @Test(
        "refuses what is no patch of ours",
        arguments: [
            "{}", "[1]", #"[{"op":"remove","path":"/a"}]"#, #"[{"op":"add","path":"a","value":1}]"#,
            #"[{"op":"add","path":"/a"}]"#,
            #"[{"op":"add","value":1}]"#, #"[{"path":"/a","value":1}]"#,
        ])
    func malformed(patch: String) {
        #expect(throws: JSONPatch.Failure.self) { try apply(patch, to: "{}") }
    }
}
