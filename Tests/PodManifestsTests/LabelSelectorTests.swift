import PodManifests
import Testing

@Suite("A label selector")
struct LabelSelectorTests {
    private static let all: ManifestValue = [
        "matchLabels": ["a": "1"],
        "matchExpressions": [
            ["key": "b", "operator": "In", "values": ["2", "3"]], ["key": "c", "operator": "NotIn", "values": ["4"]],
            ["key": "d", "operator": "Exists"], ["key": "e", "operator": "DoesNotExist"],
        ],
    ]

    @Test("selects what meets each of its requirements")
    func selects() {
        let selector = LabelSelector(Self.all)
        let good = ["a": "1", "b": "3", "d": ""]
        #expect(selector.selects(good))
        for (key, value) in [("a", "2"), ("b", "4"), ("c", "4"), ("e", "")] {
            #expect(!selector.selects(good.merging([key: value]) { $1 }), "\(key)")
        }
        for key in ["a", "b", "d"] { #expect(!selector.selects(good.filter { $0.key != key }), "\(key)") }
        #expect(selector.selects(good.merging(["c": "5"]) { $1 }))
    }

    @Test(
        "selects everything if it is absent or empty",
        arguments: [nil, [:], ["matchExpressions": []]] as [ManifestValue?])
    func empty(value: ManifestValue?) {
        #expect(LabelSelector(value).selects([:]) && LabelSelector(value).selects(["a": "b"]))
        #expect(LabelSelector(value).query.isEmpty)
    }

    @Test("selects nothing by an operator that there is not")
    func unknown() {
        #expect(!LabelSelector(["matchExpressions": [["key": "a", "operator": "Gt"]]]).selects(["a": "1"]))
    }

    @Test("is also said in a query")
    func query() {
        #expect(LabelSelector(Self.all).query == "a in (1),b in (2,3),c notin (4),d,!e")
    }
}
