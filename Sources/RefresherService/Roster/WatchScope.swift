internal import Kubernetes

/// What one watch is about.
struct WatchScope: Sendable {
    /// Nil for all namespaces.
    let namespace: String?
    /// Its first list was complete.
    var isSynced = false
    /// Those of ours that the list under way has shown; nil between lists.
    var seen: Set<ObjectKey>?

    init(namespace: String?) { self.namespace = namespace }

    func holds(_ key: ObjectKey) -> Bool { namespace == nil || namespace == key.namespace }
}
