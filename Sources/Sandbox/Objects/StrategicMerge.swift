import PodManifests

/// What kubectl sends for built-in kinds. The API server takes merge keys from Go struct tags; here a list is merged by the
/// first of the usual keys that all of its patch's elements have.
enum StrategicMerge {
    private static let mergeKeys = ["uid", "name", "mountPath", "containerPort", "type", "key", "ip"]

    static func merged(_ target: ManifestValue, _ patch: ManifestValue) -> ManifestValue {
        guard case .object(let members) = patch else { return patch }
        if patch["$patch"] == "replace" { return .object(members.filter { !$0.key.hasPrefix("$") }) }
        var result = target.isObject ? target : .object([])
        for member in members {
            if let list = member.key.suffix(after: "$deleteFromPrimitiveList/") {
                let gone = member.value.elements ?? []
                result.set(list, result[list]?.elements.map { .array($0.filter { !gone.contains($0) }) })
            }
            if member.key.hasPrefix("$") { continue }
            let old = result[member.key]
            switch member.value {
            case .null: result.set(member.key, nil)
            case .array(let elements): result.set(member.key, .array(merged(old?.elements ?? [], elements)))
            default: result.set(member.key, merged(old ?? .null, member.value))
            }
        }
        return result
    }

    private static func merged(_ old: [ManifestValue], _ patch: [ManifestValue]) -> [ManifestValue] {
        let named = patch.filter { $0["$patch"] == nil || $0.members.count > 1 }
        guard !named.isEmpty, let key = mergeKeys.first(where: { key in named.allSatisfy { $0[key] != nil } }) else {
            return patch.filter { $0["$patch"] == nil }
        }
        if patch.contains(where: { $0["$patch"] == "replace" }) { return named }
        var result = old
        for element in named {
            let position = result.firstIndex { $0[key] == element[key] }
            if element["$patch"] == "delete" {
                if let position { result.remove(at: position) }
            } else if let position {
                result[position] = merged(result[position], element)
            } else {
                result.append(element)
            }
        }
        return result
    }
}

extension String {
    fileprivate func suffix(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
