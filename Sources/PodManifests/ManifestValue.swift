/// A JSON document as a tree that keeps what a manifest's author would miss: the order of keys and the spelling of
/// numbers.
package indirect enum ManifestValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The number's text by RFC 8259 section 6.
    case number(String)
    case string(String)
    case array([ManifestValue])
    case object([ManifestMember])
}

/// One member of an object.
package struct ManifestMember: Equatable, Sendable {
    package var key: String
    package var value: ManifestValue

    package init(_ key: String, _ value: ManifestValue) {
        self.key = key
        self.value = value
    }
}

extension ManifestValue {
    package subscript(key: String) -> ManifestValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// Follows keys downwards; nil as soon as one is missing.
    package subscript(path keys: [String]) -> ManifestValue? {
        keys.reduce(Optional(self)) { $0?[$1] }
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var elements: [ManifestValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var isObject: Bool {
        if case .object = self { true } else { false }
    }
}
