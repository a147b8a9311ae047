/// A label selector as objects carry it (`metav1.LabelSelector`). An absent or empty one selects everything.
package struct LabelSelector: Sendable, Equatable {
    private enum Test: Sendable, Equatable {
        case isIn([String])
        case isNotIn([String])
        case exists
        case isMissing
        /// The API server takes no other operator, so nothing can be said about it.
        case unknown
    }

    private struct Requirement: Sendable, Equatable {
        let key: String
        let test: Test
    }

    private let requirements: [Requirement]

    package init(_ value: ManifestValue?) {
        var requirements: [Requirement] = []
        for member in value?["matchLabels"]?.members ?? [] {
            requirements.append(Requirement(key: member.key, test: .isIn([member.value.string ?? ""])))
        }
        for expression in value?["matchExpressions"]?.elements ?? [] {
            let values = (expression["values"]?.elements ?? []).compactMap(\.string)
            let test: Test =
                switch expression["operator"]?.string {
                case "In": .isIn(values)
                case "NotIn": .isNotIn(values)
                case "Exists": .exists
                case "DoesNotExist": .isMissing
                default: .unknown
                }
            requirements.append(Requirement(key: expression["key"]?.string ?? "", test: test))
        }
        self.requirements = requirements
    }

    package func selects(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            let value = labels[requirement.key]
            return switch requirement.test {
            case .isIn(let values): value.map(values.contains) ?? false
            case .isNotIn(let values): !(value.map(values.contains) ?? false)
            case .exists: value != nil
            case .isMissing: value == nil
            case .unknown: false
            }
        }
    }

    /// The same as the `labelSelector` of a list's query.
    package var query: String {
        requirements.map { requirement in
            let key = requirement.key
            return switch requirement.test {
            case .isIn(let values): "\(key) in (\(values.joined(separator: ",")))"
            case .isNotIn(let values): "\(key) notin (\(values.joined(separator: ",")))"
            case .exists, .unknown: key
            case .isMissing: "!\(key)"
            }
        }.joined(separator: ",")
    }
}
