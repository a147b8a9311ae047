import PodManifests
import Sandbox
import Testing

@Suite("Selectors choose what the API server would")
struct ObjectSelectorTests {
    private let object: ManifestValue = [
        "metadata": ["name": "a", "labels": ["app": "web", "tier": "front"]], "status": ["phase": "Running"],
    ]

    @Test(
        "labels",
        arguments: [
            ("", true), ("app=web", true), ("app==web,tier=front", true), ("app!=web", false),
            ("app in (x, web)", true),
            ("app notin (x,y)", true), ("app", true), ("!app", false), ("missing", false), ("missing!=x", true),
        ])
    func labels(_ text: String, _ isSelected: Bool) throws {
        #expect(try ObjectSelector(labels: text, fields: "").selects(object) == isSelected)
    }

    @Test(
        "fields",
        arguments: [("metadata.name=a", true), ("metadata.name!=a", false), ("status.phase=Running", true)])
    func fields(_ text: String, _ isSelected: Bool) throws {
        #expect(try ObjectSelector(labels: "", fields: text).selects(object) == isSelected)
    }

    @Test("what is no selector is a bad request")
    func malformed() {
        #expect(throws: APIStatus.badRequest("unable to parse requirement: app is web")) {
            try ObjectSelector(labels: "app is web", fields: "")
        }
    }
}
