/// Label pairs in the order they are printed, rendered once at registration.
package struct MetricLabels: Sendable, Equatable {
    package let pairs: [(name: String, value: String)]

    package init(_ pairs: KeyValuePairs<String, String> = [:]) {
        self.pairs = pairs.map { ($0.key, $0.value) }
    }

    init(pairs: [(name: String, value: String)]) {
        self.pairs = pairs
    }

    func adding(_ name: String, _ value: String) -> MetricLabels {
        MetricLabels(pairs: pairs + [(name, value)])
    }

    package static func == (left: MetricLabels, right: MetricLabels) -> Bool {
        left.pairs.elementsEqual(right.pairs, by: ==)
    }

    /// `{a="b",c="d"}`, or nothing without labels.
    var text: String {
        guard !pairs.isEmpty else { return "" }
        return "{" + pairs.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
