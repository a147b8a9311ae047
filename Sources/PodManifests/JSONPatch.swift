/// A JSON Patch (RFC 6902) of the operations that an admission response of ours holds: `add` and `replace`.
package struct JSONPatch: Equatable, Sendable {
    package struct Operation: Equatable, Sendable {
        package enum Kind: String, Sendable {
            case add, replace
        }

        package let kind: Kind
        /// The reference tokens of the JSON Pointer, unescaped.
        package let path: [String]
        package let value: ManifestValue
    }

    package let operations: [Operation]

    /// What keeps a patch from being read or applied, in one sentence.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package init(_ document: ManifestValue) throws(Failure) {
        guard let entries = document.elements else { throw Failure(description: "A JSON Patch must be an array") }
        var operations: [Operation] = []
        for entry in entries { operations.append(try Self.operation(entry)) }
        self.operations = operations
    }

    private static func operation(_ entry: ManifestValue) throws(Failure) -> Operation {
        guard let kind = entry["op"]?.string.flatMap(Operation.Kind.init) else {
            throw Failure(description: "An operation must be add or replace")
        }
        guard let pointer = entry["path"]?.string, let path = tokens(of: pointer) else {
            throw Failure(description: "An operation must have a JSON Pointer as its path")
        }
        guard let value = entry["value"] else { throw Failure(description: "An operation must have a value") }
        return Operation(kind: kind, path: path, value: value)
    }

    /// RFC 6901 section 4: `~1` is decoded before `~0`. Nil for text that is no pointer.
    private static func tokens(of pointer: String) -> [String]? {
        if pointer.isEmpty { return [] }
        guard pointer.hasPrefix("/") else { return nil }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { token in
            token.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
                .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
        }
    }

    package func applied(to document: ManifestValue) throws(Failure) -> ManifestValue {
        var result = document
        for operation in operations { try Self.apply(operation, operation.path[...], to: &result) }
        return result
    }

    private static func apply(
        _ operation: Operation, _ path: ArraySlice<String>, to target: inout ManifestValue
    ) throws(Failure) {
        guard let token = path.first else {
            target = operation.value
            return
        }
        let rest = path.dropFirst()
        switch target {
        case .object(var members):
            try apply(operation, token, rest, toMembers: &members)
            target = .object(members)
        case .array(var elements):
            try apply(operation, token, rest, toElements: &elements)
            target = .array(elements)
        default: throw missing(operation)
        }
    }

    private static func apply(
        _ operation: Operation, _ token: String, _ rest: ArraySlice<String>, toMembers members: inout [ManifestMember]
    ) throws(Failure) {
        if let position = members.firstIndex(where: { $0.key == token }) {
            try apply(operation, rest, to: &members[position].value)
        } else if rest.isEmpty, operation.kind == .add {
            members.append(ManifestMember(token, operation.value))
        } else {
            throw missing(operation)
        }
    }

    private static func apply(
        _ operation: Operation, _ token: String, _ rest: ArraySlice<String>, toElements elements: inout [ManifestValue]
    ) throws(Failure) {
        let isAddition = rest.isEmpty && operation.kind == .add
        if isAddition, token == "-" {
            elements.append(operation.value)
            return
        }
        // RFC 6901 section 4: no sign and no leading zero.
        guard let index = Int(token), String(index) == token, index >= 0, index < elements.count + (isAddition ? 1 : 0)
        else { throw missing(operation) }
        if isAddition {
            elements.insert(operation.value, at: index)
        } else {
            try apply(operation, rest, to: &elements[index])
        }
    }

    private static func missing(_ operation: Operation) -> Failure {
        Failure(description: "There is nothing at /\(operation.path.joined(separator: "/"))")
    }
}
