internal import Kubernetes
internal import RawJSON

/// Reads the objects of Kelos and their workloads. Answers nil for what does not exist.
struct KelosReader: Sendable {
    /// Kelos has a StatefulSet's name in no field of a Session, and cuts names that are longer than this
    /// (`sessionWorkloadName`).
    private static let longestSessionName = 52
    /// And those of WorkerPools at the length of a label.
    private static let longestPoolName = 63
    /// On one page; Sessions with names as long are few.
    private static let pageSize = 500

    private let client: KubernetesClient

    init(_ client: KubernetesClient) {
        self.client = client
    }

    /// - Returns: nil as well for one that was made anew under the old name.
    func owner(_ owner: KelosOwner, in namespace: String) async throws(KubernetesError) -> OwnerSheet? {
        let key = ObjectKey(namespace: namespace, name: owner.name)
        guard let body = try await custom(owner.kind.plural, key, versions: owner.versions) else { return nil }
        let sheet = try read(body, "a \(owner.kind.rawValue)", OwnerSheet.init)
        return owner.uid.isEmpty || sheet.uid == owner.uid ? sheet : nil
    }

    func workspace(
        _ name: String, of owner: KelosOwner, in namespace: String
    ) async throws(KubernetesError) -> WorkspaceSheet? {
        let key = ObjectKey(namespace: namespace, name: name)
        guard let body = try await custom("workspaces", key, versions: owner.versions) else { return nil }
        return try read(body, "a Workspace", WorkspaceSheet.init)
    }

    func job(of owner: KelosOwner, _ sheet: OwnerSheet, in namespace: String) async throws(KubernetesError)
        -> WorkloadSheet?
    {
        try await workload(.jobs, sheet.job ?? owner.name, of: owner, in: namespace)
    }

    func statefulSet(
        of owner: KelosOwner, _ sheet: OwnerSheet, in namespace: String
    ) async throws(KubernetesError) -> WorkloadSheet? {
        if let name = sheet.statefulSet ?? Self.statefulSetName(of: owner),
            let found = try await workload(.statefulSets, name, of: owner, in: namespace)
        {
            return found
        }
        guard owner.kind == .session else { return nil }
        return try await sessionsStatefulSet(of: owner, in: namespace)
    }

    private static func statefulSetName(of owner: KelosOwner) -> String? {
        switch owner.kind {
        case .task: nil
        case .workerPool: String(("wp-" + owner.name).prefix(longestPoolName))
        case .session: owner.name.utf8.count <= longestSessionName ? owner.name : nil
        }
    }

    /// Finds it by its owner.
    private func sessionsStatefulSet(
        of owner: KelosOwner, in namespace: String
    ) async throws(KubernetesError) -> WorkloadSheet? {
        let sessions = ObjectSelection(
            .statefulSets, namespace: namespace, labelSelector: "kelos.dev/component=session")
        var continuation: String?
        repeat {
            let page = try await client.list(
                sessions, selecting: MetadataSelection(), limit: Self.pageSize, continuation: continuation)
            if let found = page.items.first(where: { $0.controller?.uid == owner.uid }) {
                return try await workload(.statefulSets, found.name, of: owner, in: namespace)
            }
            continuation = page.continuation
        } while continuation != nil
        return nil
    }

    /// One of another owner is another's: names are free to take.
    private func workload(
        _ resource: Resource, _ name: String, of owner: KelosOwner, in namespace: String
    ) async throws(KubernetesError) -> WorkloadSheet? {
        guard let body = try await existing(resource, ObjectKey(namespace: namespace, name: name)) else { return nil }
        let sheet = try read(body, "a workload", WorkloadSheet.init)
        return sheet.controller == owner.uid ? sheet : nil
    }

    private func custom(
        _ plural: String, _ key: ObjectKey, versions: [String]
    ) async throws(KubernetesError) -> [UInt8]? {
        var unserved: KubernetesError?
        for version in versions {
            do {
                return try await existing(Resource(group: KelosOwner.group, version: version, plural: plural), key)
            } catch {
                guard error.code == .notFound else { throw error }
                unserved = unserved ?? error
            }
        }
        if let unserved { throw unserved }
        return nil
    }

    /// - Throws: `.notFound` where not the object but its kind or version is unknown to the server: the API server says
    ///   that without a Status. To take it for the object's end would stop every refresh when Kelos is upgraded.
    private func existing(_ resource: Resource, _ key: ObjectKey) async throws(KubernetesError) -> [UInt8]? {
        do {
            return try await client.get(resource, key)
        } catch {
            guard error.code == .notFound, error.status?.reason == "NotFound" else { throw error }
            return nil
        }
    }

    private func read<Sheet>(
        _ body: [UInt8], _ what: String, _ make: ([UInt8]) throws(RawJSONError) -> Sheet
    ) throws(KubernetesError) -> Sheet {
        do throws(RawJSONError) {
            return try make(body)
        } catch {
            throw KubernetesError(.malformed, "The API server's answer for \(what) is not JSON: \(error)")
        }
    }
}
