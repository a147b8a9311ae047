package import PodManifests

/// Where an object is within its resource. Lists are in this order.
package struct ObjectKey: Hashable, Comparable, Sendable {
    /// Empty for cluster-scoped objects.
    package let namespace: String
    package let name: String

    package init(_ namespace: String, _ name: String) {
        self.namespace = namespace
        self.name = name
    }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.namespace == right.namespace ? left.name < right.name : left.namespace < right.namespace
    }
}

/// One step of the store's history. `new` is nil for a deletion; `old` is nil for a creation.
package struct ObjectChange: Sendable {
    package let revision: UInt64
    package let resource: APIResource
    package let old: ManifestValue?
    package let new: ManifestValue?
}

/// All objects, with the revisions that Kubernetes counts: one number for the whole store, a new one for each change.
///
/// Pure: it knows nothing of HTTP, time or randomness.
package struct ObjectStore: Sendable {
    /// Changes kept for watches that begin in the past. etcd keeps about five minutes' worth.
    package static let defaultHistory = 20_000

    private struct Collection {
        var keys: [ObjectKey] = []
        var objects: [ObjectKey: ManifestValue] = [:]
    }

    private var collections: [APIResource: Collection] = [:]
    private var history: [ObjectChange] = []
    private let historyLimit: Int
    package private(set) var revision: UInt64
    /// Watches and continued lists from before this revision are refused.
    package private(set) var oldestRevision: UInt64

    package init(revision: UInt64 = 1, history: Int = ObjectStore.defaultHistory) {
        self.revision = revision
        oldestRevision = revision
        historyLimit = history
    }

    // MARK: Reading

    package func object(_ resource: APIResource, _ key: ObjectKey) -> ManifestValue? {
        collections[resource]?.objects[key]
    }

    package func count(_ resource: APIResource) -> Int { collections[resource]?.keys.count ?? 0 }

    /// Part of a list.
    package struct Page: Sendable {
        package var objects: [ManifestValue]
        package var revision: UInt64
        /// Where the next page begins; nil behind the last one.
        package var next: String?
        /// Objects behind this page, when no selector makes that unknown.
        package var remaining: Int?
    }

    /// Objects in the order of their keys.
    ///
    /// - Parameters:
    ///   - limit: objects of a page; 0 gives all.
    ///   - token: `next` of the page before. Pages show the present state under the first page's revision, so that a watch
    ///     from there tells everything that has changed since.
    /// - Throws: 410 when the first page is too old, 400 when the token is not one.
    package func list(
        _ resource: APIResource, namespace: String?, selector: ObjectSelector = .all, limit: Int = 0,
        token: String = ""
    ) throws(APIStatus) -> Page {
        let collection = collections[resource] ?? Collection()
        var start = 0
        var pageRevision = revision
        if !token.isEmpty {
            let (first, after) = try Self.position(token)
            guard first >= oldestRevision else {
                throw .expired(
                    "The provided continue parameter is too old to display a consistent list result. You can start a "
                        + "new list without the continue parameter.")
            }
            pageRevision = first
            start = Self.index(after: after, in: collection.keys)
        } else if let namespace {
            start = Self.index(after: ObjectKey(namespace, ""), in: collection.keys)
        }
        var page = Page(objects: [], revision: pageRevision, next: nil, remaining: nil)
        var last: ObjectKey?
        for index in start..<collection.keys.count {
            let key = collection.keys[index]
            if let namespace, key.namespace != namespace { break }
            guard let object = collection.objects[key], selector.selects(object) else { continue }
            if limit > 0, page.objects.count == limit {
                page.next = last.map { "\(pageRevision):\($0.namespace)/\($0.name)" }
                return page
            }
            page.objects.append(object)
            last = key
        }
        return page
    }

    private static func position(_ token: String) throws(APIStatus) -> (UInt64, ObjectKey) {
        let parts = token.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let key = parts.last?.split(separator: "/", omittingEmptySubsequences: false) ?? []
        guard parts.count == 2, key.count == 2, let revision = UInt64(parts[0]) else {
            throw .badRequest("continue key is not valid")
        }
        return (revision, ObjectKey(String(key[0]), String(key[1])))
    }

    /// The first place whose key is greater.
    private static func index(after key: ObjectKey, in keys: [ObjectKey]) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] <= key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What has happened to a resource after `revision`.
    ///
    /// - Throws: 410 when that is no longer known.
    package func changes(_ resource: APIResource, since revision: UInt64) throws(APIStatus) -> [ObjectChange] {
        guard revision >= oldestRevision else { throw .tooOld(revision, oldest: oldestRevision) }
        var start = history.count
        while start > 0, history[start - 1].revision > revision { start -= 1 }
        return history[start...].filter { $0.resource == resource }
    }

    // MARK: Writing

    /// Puts an object at its key, or removes what is there, and gives the result its revision.
    @discardableResult
    package mutating func put(
        _ resource: APIResource, _ key: ObjectKey, _ object: ManifestValue?
    ) -> ObjectChange {
        revision += 1
        var new = object
        new?.set(path: ["metadata", "resourceVersion"], .string("\(revision)"))
        let old = collections[resource, default: Collection()].objects.removeValue(forKey: key)
        if let new {
            collections[resource]?.objects[key] = new
            if old == nil {
                let place = Self.index(after: key, in: collections[resource]?.keys ?? [])
                collections[resource]?.keys.insert(key, at: place)
            }
        } else if old != nil {
            let place = Self.index(after: key, in: collections[resource]?.keys ?? []) - 1
            collections[resource]?.keys.remove(at: place)
        }
        let change = ObjectChange(revision: revision, resource: resource, old: old, new: new)
        history.append(change)
        // Twice the limit before any goes, so that each change moves the rest once at most.
        if history.count >= 2 * historyLimit { forget(keeping: historyLimit) }
        return change
    }

    /// Forgets history, as etcd's compaction does: watches from before now are refused.
    package mutating func compact() { forget(keeping: 0) }

    private mutating func forget(keeping kept: Int) {
        let gone = history.count - kept
        guard gone > 0 else { return oldestRevision = max(oldestRevision, kept == 0 ? revision : 0) }
        oldestRevision = history[gone - 1].revision
        history.removeFirst(gone)
    }

    /// Every object of every resource.
    package func everything() -> [(resource: APIResource, key: ObjectKey, object: ManifestValue)] {
        collections.flatMap { resource, collection in
            collection.keys.compactMap { key in collection.objects[key].map { (resource, key, $0) } }
        }
    }
}
