extension ManifestValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: ManifestValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, ManifestValue)...) {
        self = .object(elements.map { ManifestMember($0.0, $0.1) })
    }

    package static func number(_ value: some BinaryInteger) -> ManifestValue { .number("\(value)") }

    /// The members of an object; none for anything else.
    package var members: [ManifestMember] {
        if case .object(let members) = self { members } else { [] }
    }

    package var integer: Int? {
        if case .number(let text) = self { Int(text) } else { nil }
    }

    package var isTrue: Bool { self == .bool(true) }

    /// Sets a member; nil removes it. Anything but an object becomes one.
    package mutating func set(_ key: String, _ value: ManifestValue?) {
        var members = members
        let position = members.firstIndex { $0.key == key }
        switch (position, value) {
        case (let position?, let value?): members[position].value = value
        case (let position?, nil): members.remove(at: position)
        case (nil, let value?): members.append(ManifestMember(key, value))
        case (nil, nil): return
        }
        self = .object(members)
    }

    /// Sets the member at the end of a path, making the objects on the way.
    package mutating func set(path keys: [String], _ value: ManifestValue?) {
        guard let first = keys.first else { return }
        if keys.count == 1 { return set(first, value) }
        var child = self[first] ?? .object([])
        child.set(path: Array(keys.dropFirst()), value)
        set(first, child)
    }

    /// The text of every member that is a string, such as labels.
    package var strings: [String: String] {
        members.reduce(into: [:]) { all, member in all[member.key] = member.value.string }
    }

    package var metadata: ManifestValue { self["metadata"] ?? .object([]) }
    package var labels: [String: String] { metadata["labels"]?.strings ?? [:] }
    package var name: String { metadata["name"]?.string ?? "" }
    package var namespace: String { metadata["namespace"]?.string ?? "" }
    package var revision: String { metadata["resourceVersion"]?.string ?? "" }
    package var uid: String { metadata["uid"]?.string ?? "" }
}
