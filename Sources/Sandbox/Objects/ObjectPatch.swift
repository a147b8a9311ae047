package import PodManifests

/// A change to an object, in one of the forms that PATCH takes.
package enum ObjectPatch: Sendable {
    /// RFC 7386.
    case merge(ManifestValue)
    /// RFC 6902.
    case operations(ManifestValue)
    /// Kubernetes' own: like a merge patch, with lists of named things merged by name.
    case strategic(ManifestValue)

    package func applied(to object: ManifestValue) throws(APIStatus) -> ManifestValue {
        switch self {
        case .merge(let patch): return Self.merged(object, patch)
        case .strategic(let patch): return StrategicMerge.merged(object, patch)
        case .operations(let patch):
            guard let operations = patch.elements else { throw .badRequest("a JSON Patch must be an array") }
            var result = object
            for operation in operations { try JSONPatchOperation(operation).apply(to: &result) }
            return result
        }
    }

    /// RFC 7386 section 2.
    private static func merged(_ target: ManifestValue, _ patch: ManifestValue) -> ManifestValue {
        guard case .object(let members) = patch else { return patch }
        var result = target.isObject ? target : .object([])
        for member in members {
            result.set(member.key, member.value == .null ? nil : merged(result[member.key] ?? .null, member.value))
        }
        return result
    }
}

/// One operation of RFC 6902.
struct JSONPatchOperation {
    private let kind: String
    private let path: [String]
    private let from: [String]?
    private let value: ManifestValue?

    init(_ operation: ManifestValue) throws(APIStatus) {
        guard let kind = operation["op"]?.string, let path = Self.tokens(operation["path"]) else {
            throw .badRequest("an operation of a JSON Patch needs op and path")
        }
        self.kind = kind
        self.path = path
        from = Self.tokens(operation["from"])
        value = operation["value"]
    }

    func apply(to document: inout ManifestValue) throws(APIStatus) {
        switch (kind, value, from) {
        case ("add", let value?, _): try Self.change(&document, path[...], .add(value))
        case ("replace", let value?, _): try Self.change(&document, path[...], .replace(value))
        case ("remove", _, _): try Self.change(&document, path[...], .remove)
        case ("test", let value?, _):
            guard Self.value(at: path, in: document) == value else { throw Self.refused("testing value failed") }
        case ("copy", _, let from?), ("move", _, let from?):
            guard let moved = Self.value(at: from, in: document) else { throw Self.refused("missing value") }
            if kind == "move" { try Self.change(&document, from[...], .remove) }
            try Self.change(&document, path[...], .add(moved))
        default: throw .badRequest("an operation of a JSON Patch is unknown or incomplete")
        }
    }

    private enum Change {
        case add(ManifestValue)
        case replace(ManifestValue)
        case remove
    }

    private static func change(
        _ target: inout ManifestValue, _ path: ArraySlice<String>, _ change: Change
    ) throws(APIStatus) {
        guard let token = path.first else {
            switch change {
            case .add(let value), .replace(let value): target = value
            case .remove: target = .null
            }
            return
        }
        switch target {
        case .object:
            let old = target[token]
            if path.count > 1 {
                guard var child = old else { throw missing }
                try Self.change(&child, path.dropFirst(), change)
                target.set(token, child)
                return
            }
            switch change {
            case .add(let value): target.set(token, value)
            case .replace(let value):
                guard old != nil else { throw missing }
                target.set(token, value)
            case .remove:
                guard old != nil else { throw missing }
                target.set(token, nil)
            }
        case .array(var elements):
            try Self.change(&elements, token, path.dropFirst(), change)
            target = .array(elements)
        default: throw missing
        }
    }

    private static func change(
        _ elements: inout [ManifestValue], _ token: String, _ rest: ArraySlice<String>, _ change: Change
    ) throws(APIStatus) {
        if rest.isEmpty, case .add(let value) = change, token == "-" { return elements.append(value) }
        guard let index = Int(token), String(index) == token, index >= 0, index <= elements.count else { throw missing }
        if rest.isEmpty, case .add(let value) = change { return elements.insert(value, at: index) }
        guard index < elements.count else { throw missing }
        if rest.isEmpty, case .remove = change {
            elements.remove(at: index)
        } else {
            try Self.change(&elements[index], rest, change)
        }
    }

    private static func value(at path: [String], in document: ManifestValue) -> ManifestValue? {
        path.reduce(Optional(document)) { value, token in
            guard let elements = value?.elements else { return value?[token] }
            return Int(token).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        }
    }

    private static func tokens(_ pointer: ManifestValue?) -> [String]? {
        guard let text = pointer?.string else { return nil }
        if text.isEmpty { return [] }
        guard text.hasPrefix("/") else { return nil }
        return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { token in
            token.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
                .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
        }
    }

    private static var missing: APIStatus { refused("there is nothing at a path of the patch") }

    private static func refused(_ why: String) -> APIStatus {
        APIStatus(422, "Invalid", "the server rejected our request due to an error in our request: \(why)")
    }
}
