package import PodManifests

/// Which objects of a list or watch are meant.
package struct ObjectSelector: Sendable {
    private enum Test: Sendable {
        case isIn(Set<String>)
        case isNotIn(Set<String>)
        case exists
        case isMissing
    }

    private var labels: [(key: String, test: Test)] = []
    private var fields: [(path: [String], equals: Bool, value: String)] = []

    package static let all = ObjectSelector()

    private init() {}

    /// - Parameters: as in the query of a request, decoded; empty selects everything.
    /// - Throws: 400 for text that is no selector.
    package init(labels labelText: String, fields fieldText: String) throws(APIStatus) {
        for requirement in Self.split(labelText) { labels.append(try Self.label(requirement)) }
        for requirement in Self.split(fieldText) {
            guard let test = Self.comparison(requirement) else {
                throw .badRequest("invalid field selector: \(requirement)")
            }
            fields.append((test.key.split(separator: ".").map(String.init), test.equals, test.value))
        }
    }

    package func selects(_ object: ManifestValue) -> Bool {
        if labels.isEmpty, fields.isEmpty { return true }
        let values = labels.isEmpty ? nil : object.metadata["labels"]
        return labels.allSatisfy { key, test in
            let value = values?[key]?.string
            return switch test {
            case .isIn(let set): value.map(set.contains) ?? false
            case .isNotIn(let set): !(value.map(set.contains) ?? false)
            case .exists: value != nil
            case .isMissing: value == nil
            }
        }
            && fields.allSatisfy { field in
                ((object[path: field.path]?.string ?? "") == field.value) == field.equals
            }
    }

    /// At commas outside parentheses.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 {
                parts.append(part)
                part = ""
            } else {
                part.append(character)
            }
        }
        return (parts + [part]).map(trimmed).filter { !$0.isEmpty }
    }

    private static func label(_ text: String) throws(APIStatus) -> (key: String, test: Test) {
        if let open = text.firstIndex(of: "("), text.hasSuffix(")") {
            let words = text[..<open].split(separator: " ")
            let values = text[text.index(after: open)...].dropLast().split(
                separator: ",", omittingEmptySubsequences: false)
            let set = Set(values.map { trimmed(String($0)) })
            if words.count == 2, words[1] == "in" { return (String(words[0]), .isIn(set)) }
            if words.count == 2, words[1] == "notin" { return (String(words[0]), .isNotIn(set)) }
        } else if let test = comparison(text) {
            return (test.key, test.equals ? .isIn([test.value]) : .isNotIn([test.value]))
        } else if !text.contains(" ") {
            return text.hasPrefix("!") ? (String(text.dropFirst()), .isMissing) : (text, .exists)
        }
        throw .badRequest("unable to parse requirement: \(text)")
    }

    /// `key=value`, `key==value` or `key!=value`.
    private static func comparison(_ text: String) -> (key: String, equals: Bool, value: String)? {
        guard let sign = text.firstIndex(of: "=") else { return nil }
        var key = String(text[..<sign])
        var value = text[text.index(after: sign)...]
        if value.hasPrefix("=") { value = value.dropFirst() }
        let isNegated = key.hasSuffix("!")
        if isNegated { key.removeLast() }
        return (trimmed(key), !isNegated, trimmed(String(value)))
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
