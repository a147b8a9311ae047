/// Writes a tree as YAML in kubectl's layout: two spaces, lists not indented below their key, quotes only where needed.
package enum YAMLWriter {
    package static func document(_ value: ManifestValue) -> String {
        var output = ""
        switch value {
        case .object(let members) where !members.isEmpty: write(members, indent: 0, to: &output)
        case .array(let elements) where !elements.isEmpty: write(elements, indent: 0, to: &output)
        default: output += inline(value) + "\n"
        }
        return output
    }

    /// Each member on a line of its own; the caller has written the first one's indentation.
    private static func write(_ members: [ManifestMember], indent: Int, to output: inout String) {
        for (position, member) in members.enumerated() {
            if position > 0 { output += spaces(indent) }
            output += YAMLText.inline(member.key) + ":"
            switch member.value {
            case .object(let inner) where !inner.isEmpty:
                output += "\n" + spaces(indent + 2)
                write(inner, indent: indent + 2, to: &output)
            case .array(let elements) where !elements.isEmpty:
                output += "\n" + spaces(indent)
                write(elements, indent: indent, to: &output)
            case .string(let text): output += " " + YAMLText.value(text, indent: indent + 2) + "\n"
            default: output += " " + inline(member.value) + "\n"
            }
        }
    }

    private static func write(_ elements: [ManifestValue], indent: Int, to output: inout String) {
        for (position, element) in elements.enumerated() {
            if position > 0 { output += spaces(indent) }
            output += "- "
            switch element {
            case .object(let members) where !members.isEmpty: write(members, indent: indent + 2, to: &output)
            case .array(let inner) where !inner.isEmpty: write(inner, indent: indent + 2, to: &output)
            case .string(let text): output += YAMLText.value(text, indent: indent + 2) + "\n"
            default: output += inline(element) + "\n"
            }
        }
    }

    private static func inline(_ value: ManifestValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let text): YAMLScalar.portable(number: text)
        case .string(let text): YAMLText.inline(text)
        case .array: "[]"
        case .object: "{}"
        }
    }

    private static func spaces(_ count: Int) -> String {
        String(repeating: " ", count: count)
    }
}
