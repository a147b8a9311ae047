internal import RawJSON
internal import Yams

/// Reads kubeconfigs in YAML for programs that may carry a YAML library; what ships in the image does not.
package enum KubeconfigYAML {
    /// Why a text is no kubeconfig. The library's own errors quote the text, which holds credentials.
    package enum Failure: Error, Equatable, Sendable {
        case notYAML
        case notText
        case tooDeep
        case keyIsNotText
        case tooLarge
    }

    /// As deep as kubectl nests, and then some.
    private static let deepest = 32
    /// Aliases can repeat a value without bound.
    private static let longestResult = 8 << 20

    /// Turns YAML into JSON that says the same to a reader of kubeconfigs, where every value but a boolean is a string.
    ///
    /// - Throws: `Failure`.
    @Sendable
    package static func json(from yaml: [UInt8]) throws -> [UInt8] {
        guard let text = String(validating: yaml, as: UTF8.self) else { throw Failure.notText }
        let root: Node?
        do {
            // The encoding is given because the default asks the environment.
            root = try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch {
            throw Failure.notYAML
        }
        var json: [UInt8] = []
        if let root { try append(root, to: &json, depth: 0) } else { json.append("{}") }
        return json
    }

    private static func append(_ node: Node, to json: inout [UInt8], depth: Int) throws(Failure) {
        guard depth < deepest else { throw .tooDeep }
        guard json.count < longestResult else { throw .tooLarge }
        switch node {
        case .scalar(let scalar): append(scalar, to: &json)
        case .sequence(let elements):
            json.append("[")
            for (position, element) in elements.enumerated() {
                if position > 0 { json.append(",") }
                try append(element, to: &json, depth: depth + 1)
            }
            json.append("]")
        case .mapping(let members):
            json.append("{")
            for (position, (key, value)) in members.enumerated() {
                guard case .scalar(let name) = key else { throw .keyIsNotText }
                if position > 0 { json.append(",") }
                json.append(quoted: name.string)
                json.append(":")
                try append(value, to: &json, depth: depth + 1)
            }
            json.append("}")
        case .alias: throw .notYAML
        }
    }

    private static func append(_ scalar: Node.Scalar, to json: inout [UInt8]) {
        if scalar.style == .plain {
            switch scalar.string {
            case "", "~", "null", "Null", "NULL": return json.append("null")
            case "true", "True", "TRUE": return json.append("true")
            case "false", "False", "FALSE": return json.append("false")
            default: break
            }
        }
        json.append(quoted: scalar.string)
    }
}
