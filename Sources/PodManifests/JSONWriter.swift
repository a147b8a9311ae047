internal import RawJSON

/// Writes a tree as JSON text.
package enum JSONWriter {
    /// Without spaces: what the webhook would receive, and patches.
    package static func compact(_ value: ManifestValue) -> [UInt8] {
        var output: [UInt8] = []
        write(value, depth: nil, to: &output)
        return output
    }

    /// Indented by four as `kubectl -o json` does, with a newline at the end.
    package static func indented(_ value: ManifestValue) -> [UInt8] {
        var output: [UInt8] = []
        write(value, depth: 0, to: &output)
        output.append(UInt8(ascii: "\n"))
        return output
    }

    private static func write(_ value: ManifestValue, depth: Int?, to output: inout [UInt8]) {
        switch value {
        case .null: output += "null".utf8
        case .bool(let flag): output += (flag ? "true" : "false").utf8
        case .number(let text): output += text.utf8
        case .string(let text): output.append(quoted: text)
        case .array(let elements):
            writeList(elements, ends: ("[", "]"), depth: depth, to: &output) { element, inner, output in
                write(element, depth: inner, to: &output)
            }
        case .object(let members):
            writeList(members, ends: ("{", "}"), depth: depth, to: &output) { member, inner, output in
                output.append(quoted: member.key)
                output += (inner == nil ? ":" : ": ").utf8
                write(member.value, depth: inner, to: &output)
            }
        }
    }

    private static func writeList<Item>(
        _ items: [Item], ends: (String, String), depth: Int?, to output: inout [UInt8],
        one: (Item, Int?, inout [UInt8]) -> Void
    ) {
        output += ends.0.utf8
        let inner = depth.map { $0 + 1 }
        for (position, item) in items.enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            breakLine(inner, &output)
            one(item, inner, &output)
        }
        if !items.isEmpty { breakLine(depth, &output) }
        output += ends.1.utf8
    }

    private static func breakLine(_ depth: Int?, _ output: inout [UInt8]) {
        guard let depth else { return }
        output.append(UInt8(ascii: "\n"))
        output += repeatElement(UInt8(ascii: " "), count: 4 * depth)
    }
}
