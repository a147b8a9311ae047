internal import Yams

/// Turns YAML text into trees as kubectl turns it into JSON.
struct YAMLReader {
    /// Values one document may expand to. Aliases can repeat a value without bound; an API object has a few thousand.
    static let longestDocument = 1_000_000
    /// As deep as the JSON reader goes.
    static let deepest = 1000

    private let file: String
    private var document = 0
    private var remaining = 0

    init(file: String) {
        self.file = file
    }

    /// All documents of a stream, empty ones left out, numbered as they stand.
    mutating func documents(_ text: String) throws(ManifestError) -> [(number: Int, line: Int, value: ManifestValue)] {
        var result: [(number: Int, line: Int, value: ManifestValue)] = []
        do {
            // The encoding is given because the default asks the environment.
            let parser = try Parser(yaml: text, encoding: .utf8)
            document = 1
            while let root = try parser.nextRoot() {
                remaining = Self.longestDocument
                let value = try convert(root, depth: 0)
                if value != .null { result.append((document, root.mark?.line ?? 1, value)) }
                document += 1
            }
        } catch let error as ManifestError {
            throw error
        } catch {
            throw failure(error)
        }
        return result
    }

    private mutating func convert(_ node: Node, depth: Int) throws(ManifestError) -> ManifestValue {
        remaining -= 1
        guard remaining > 0 else { throw problem("expands to too many values", node) }
        guard depth < Self.deepest else { throw problem("is nested too deeply", node) }
        switch node {
        case .scalar(let scalar): return try convert(scalar, node)
        case .sequence(let sequence):
            var elements: [ManifestValue] = []
            for element in sequence { elements.append(try convert(element, depth: depth + 1)) }
            return .array(elements)
        case .mapping(let mapping): return .object(try members(mapping, depth: depth))
        case .alias: throw problem("has an alias without its anchor", node)
        }
    }

    private func convert(_ scalar: Node.Scalar, _ node: Node) throws(ManifestError) -> ManifestValue {
        let text = scalar.string
        switch Self.shortTag(scalar) {
        case "!!str", "!": return .string(text)
        case nil where scalar.style == .plain || scalar.style == .any: break
        case nil: return .string(text)
        case "!!int", "!!float", "!!bool", "!!null", "!!timestamp": break
        case let tag?: throw problem("has the tag \(tag), which has no counterpart in JSON", node)
        }
        guard let value = YAMLScalar.resolved(text) else {
            throw problem("has a number that is not finite, which has no counterpart in JSON", node)
        }
        return value
    }

    /// Nil for a scalar without an explicit tag.
    private static func shortTag(_ scalar: Node.Scalar) -> String? {
        let name = scalar.tag.description
        let standard = "tag:yaml.org,2002:"
        if name.isEmpty { return nil }
        return name.hasPrefix(standard) ? "!!" + name.dropFirst(standard.count) : name
    }

    private mutating func members(_ mapping: Node.Mapping, depth: Int) throws(ManifestError) -> [ManifestMember] {
        var own: [ManifestMember] = []
        var merged: [ManifestMember] = []
        for (keyNode, valueNode) in mapping {
            if case .scalar(let scalar) = keyNode, scalar.style == .plain, scalar.string == "<<" {
                merged += try mergedMembers(valueNode, depth: depth + 1)
            } else {
                own.append(ManifestMember(try key(keyNode), try convert(valueNode, depth: depth + 1)))
            }
        }
        // A mapping's own keys win over merged ones, and earlier merged ones over later.
        var known = Set(own.map(\.key))
        if known.count < own.count { throw problem("has the same key twice", mapping) }
        return own + merged.filter { known.insert($0.key).inserted }
    }

    private mutating func mergedMembers(_ node: Node, depth: Int) throws(ManifestError) -> [ManifestMember] {
        switch try convert(node, depth: depth) {
        case .object(let members): return members
        case .array(let elements):
            var all: [ManifestMember] = []
            for case .object(let members) in elements { all += members }
            return all
        default: throw problem("merges (<<) something that is not a mapping", node)
        }
    }

    /// Keys are strings in JSON; kubectl prints other scalars as JSON does. The tag of a key is not looked at: the
    /// library fills it in with its own idea of the type.
    private func key(_ node: Node) throws(ManifestError) -> String {
        guard case .scalar(let scalar) = node else { throw problem("has a key that is not a string", node) }
        guard scalar.style == .plain else { return scalar.string }
        switch YAMLScalar.resolved(scalar.string) {
        case .string(let text)?, .number(let text)?: return text
        case .bool(let flag)?: return flag ? "true" : "false"
        default: throw problem("has a key that is not a string", node)
        }
    }

    private func problem(_ text: String, _ node: Node) -> ManifestError {
        ManifestError(file: file, document: document, line: node.mark?.line, problem: text)
    }

    private func problem(_ text: String, _ mapping: Node.Mapping) -> ManifestError {
        ManifestError(file: file, document: document, line: mapping.mark?.line, problem: text)
    }

    /// The library's own descriptions quote the file; only the problem and the line are taken over.
    private func failure(_ error: any Error) -> ManifestError {
        let (line, text): (Int?, String) =
            switch error as? YamlError {
            case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
                .composer(_, let problem, let mark, _)?:
                (mark.line, problem)
            case .reader(let problem, _, _, _)?: (nil, problem)
            case .duplicatedKeysInMapping(_, let context)?: (context.mark.line, "has the same key twice")
            default: (nil, "is not YAML")
            }
        return ManifestError(file: file, document: max(1, document), line: line, problem: text)
    }
}
