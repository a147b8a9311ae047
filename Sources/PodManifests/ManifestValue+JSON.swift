package import RawJSON

extension ManifestValue {
    /// Reads one JSON document. A key that occurs twice keeps its last value, as in the API server.
    package init(json bytes: [UInt8]) throws(RawJSONError) {
        var index = JSONIndex()
        self.init(try unsafe index.read(bytes.span.bytes))
    }

    private init(_ view: JSONValue) {
        switch view.kind {
        case .null: self = .null
        case .boolean: self = .bool(view.bool ?? false)
        case .number: self = .number(Self.text(of: view.literal))
        case .string: self = .string(view.string ?? "")
        case .array:
            var values: [ManifestValue] = []
            var elements = view.elements
            while let element = elements.nextElement() { values.append(ManifestValue(element)) }
            self = .array(values)
        case .object: self = .object(Self.members(of: view))
        }
    }

    private static func members(of view: JSONValue) -> [ManifestMember] {
        var result: [ManifestMember] = []
        var positions: [String: Int] = [:]
        var members = view.members
        while let member = members.nextMember() {
            let key = member.key.string ?? ""
            let value = ManifestValue(member.value)
            if let position = positions[key] {
                result[position].value = value
            } else {
                positions[key] = result.count
                result.append(ManifestMember(key, value))
            }
        }
        return result
    }

    private static func text(of literal: RawSpan) -> String {
        unsafe literal.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
