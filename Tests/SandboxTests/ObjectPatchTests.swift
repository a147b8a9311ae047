import PodManifests
import Sandbox
import Testing

@Suite("Patches in the three forms that PATCH takes")
struct ObjectPatchTests {
    private func applied(_ patch: ObjectPatch, to object: ManifestValue) throws -> String {
        String(decoding: JSONWriter.compact(try patch.applied(to: object)), as: UTF8.self)
    }

    @Test("a merge patch sets, removes and replaces lists")
    func merge() throws {
        let patch: ManifestValue = ["a": .null, "b": ["c": "2", "d": .null], "l": ["z"], "new": ["x": ["y": .null]]]
        let object: ManifestValue = ["a": "1", "b": ["c": "1", "d": "1", "e": "1"], "l": ["x", "y"]]
        #expect(
            try applied(.merge(patch), to: object)
                == #"{"b":{"c":"2","e":"1"},"l":["z"],"new":{"x":{}}}"#)
    }

    @Test("a JSON Patch adds, removes, moves, copies and tests; one failure refuses it")
    func operations() throws {
        let object: ManifestValue = ["l": ["a", "b"], "o": ["x/y": "1"]]
        let patch: ManifestValue = [
            ["op": "test", "path": "/o/x~1y", "value": "1"], ["op": "add", "path": "/l/1", "value": "n"],
            ["op": "add", "path": "/l/-", "value": "e"], ["op": "remove", "path": "/l/0"],
            ["op": "copy", "from": "/l/0", "path": "/first"], ["op": "move", "from": "/o/x~1y", "path": "/moved"],
        ]
        #expect(
            try applied(.operations(patch), to: object) == #"{"l":["n","b","e"],"o":{},"first":"n","moved":"1"}"#)
        for broken: ManifestValue in [
            [["op": "test", "path": "/o", "value": "1"]], [["op": "remove", "path": "/none"]],
            [["op": "replace", "path": "/l/2", "value": "1"]], [["op": "add", "path": "/none/x", "value": "1"]],
        ] {
            #expect(throws: APIStatus.self) { try ObjectPatch.operations(broken).applied(to: object) }
        }
    }

    @Test("a strategic merge patch merges named lists and obeys its directives")
    func strategic() throws {
        let object: ManifestValue = [
            "env": [["name": "A", "value": "1"], ["name": "B", "value": "2"]], "args": ["x"], "finalizers": ["f", "g"],
        ]
        let patch: ManifestValue = [
            "env": [
                ["name": "B", "value": "3"], ["name": "A", "$patch": "delete"], ["name": "C", "value": "4"],
            ],
            "$setElementOrder/env": [["name": "B"], ["name": "C"]], "args": ["y"],
            "$deleteFromPrimitiveList/finalizers": ["f"],
        ]
        #expect(
            try applied(.strategic(patch), to: object)
                == #"{"env":[{"name":"B","value":"3"},{"name":"C","value":"4"}],"args":["y"],"finalizers":["g"]}"#)
    }
}
