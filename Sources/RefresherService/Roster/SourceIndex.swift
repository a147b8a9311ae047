internal import Kubernetes

/// Which Secrets depend on which App's Secret, and the versions of those.
struct SourceIndex: Sendable {
    private var versions: [ObjectKey: String] = [:]
    private var dependents: [ObjectKey: Set<ObjectKey>] = [:]

    func version(of source: ObjectKey) -> String? { versions[source] }

    func dependents(of source: ObjectKey) -> Set<ObjectKey> { dependents[source] ?? [] }

    func isWanted(_ source: ObjectKey) -> Bool { dependents[source] != nil }

    var known: some Collection<ObjectKey> { versions.keys }

    mutating func link(_ key: ObjectKey, to source: ObjectKey) {
        dependents[source, default: []].insert(key)
    }

    mutating func unlink(_ key: ObjectKey, from source: ObjectKey) {
        dependents[source]?.remove(key)
        if dependents[source]?.isEmpty == true { dependents[source] = nil }
    }

    /// - Parameter version: nil if it is gone.
    /// - Returns: whether that is another than before.
    mutating func note(_ version: String?, of source: ObjectKey) -> Bool {
        let before = versions[source]
        versions[source] = version
        return before != version
    }
}
