internal import RawJSON

/// Which objects of a kind.
package struct ObjectSelection: Sendable, Hashable {
    package let resource: Resource
    /// Nil for all namespaces.
    package let namespace: String?
    package let labelSelector: String?
    package let fieldSelector: String?

    package init(
        _ resource: Resource, namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil
    ) {
        self.resource = resource
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
    }

    var query: [(String, String)] {
        var query: [(String, String)] = []
        if let labelSelector, !labelSelector.isEmpty { query.append(("labelSelector", labelSelector)) }
        if let fieldSelector, !fieldSelector.isEmpty { query.append(("fieldSelector", fieldSelector)) }
        return query
    }
}

extension KubernetesClient {
    /// Reads a whole object. The bytes may hold a Secret's data: they are for the caller's eyes only.
    package func get(_ resource: Resource, _ key: ObjectKey) async throws(KubernetesError) -> [UInt8] {
        try await send(call("GET", resource, key))
    }

    /// Reads an object's metadata.
    package func metadata(
        _ resource: Resource, _ key: ObjectKey, selecting selection: MetadataSelection
    ) async throws(KubernetesError) -> ObjectMetadata {
        var call = call("GET", resource, key)
        call.wantsMetadata()
        return try Self.metadata(in: try await send(call), selection, subject: call.subject)
    }

    /// Reads one page of the metadata of objects.
    ///
    /// No resourceVersion is sent, which asks for the latest state: with "0" the API server would ignore `limit` and
    /// answer with everything at once.
    ///
    /// - Parameters:
    ///   - limit: objects on a page.
    ///   - continuation: of the page before.
    package func list(
        _ objects: ObjectSelection, selecting selection: MetadataSelection, limit: Int, continuation: String? = nil
    ) async throws(KubernetesError) -> MetadataPage {
        var call = page(of: objects, limit: limit, continuation: continuation)
        call.wantsMetadata(as: APICall.metadataList)
        return try MetadataPage(try await send(call), selection, subject: call.subject)
    }

    /// Reads one page of whole objects, a list as JSON.
    ///
    /// - Parameters:
    ///   - limit: objects on a page.
    ///   - continuation: `metadata.continue` of the page before.
    /// - Throws: `.tooLarge` for a page of more than 8 MiB, which a smaller limit makes shorter.
    package func page(
        _ objects: ObjectSelection, limit: Int, continuation: String? = nil
    ) async throws(KubernetesError) -> [UInt8] {
        var call = page(of: objects, limit: limit, continuation: continuation)
        call.responseLimit = Self.objectLimit
        return try await send(call)
    }

    private func page(of objects: ObjectSelection, limit: Int, continuation: String?) -> APICall {
        var query = objects.query
        query.append(("limit", String(limit)))
        if let continuation { query.append(("continue", continuation)) }
        var call = APICall("GET", objects.resource, namespace: objects.namespace, query: query)
        call.timeout = Self.pageTimeout
        call.responseLimit = Self.pageLimit
        return call
    }

    /// The API server's version, such as `v1.32.0`.
    package func serverVersion() async throws(KubernetesError) -> String {
        let call = APICall("GET", path: "/version")
        let body = try await send(call)
        var index = JSONIndex()
        guard let version = try? index.read(unsafe body.span.bytes).text("gitVersion") else {
            throw KubernetesError(.malformed, "\(call.subject): the answer names no version")
        }
        return BoundedText.line(version, limit: APIStatus.longestField)
    }

    /// Changes metadata and data as `patch` says, if nobody else changed the object meanwhile.
    ///
    /// - Returns: the metadata after the change; a Secret's data stays where it is.
    /// - Throws: `.conflict` when the resourceVersion is not the current one.
    package func patch(
        _ resource: Resource, _ key: ObjectKey, _ patch: MergePatch, selecting selection: MetadataSelection
    ) async throws(KubernetesError) -> ObjectMetadata {
        var call = mergePatch(resource, key, body: patch.body)
        call.wantsMetadata()
        call.carriesSecret = !patch.data.isEmpty
        return try Self.metadata(in: try await send(call), selection, subject: call.subject)
    }

    /// Changes an object by a merge patch that the caller wrote, and returns the whole object.
    package func patch(
        _ resource: Resource, _ key: ObjectKey, body: [UInt8], timeout: Duration? = nil
    ) async throws(KubernetesError) -> [UInt8] {
        var call = mergePatch(resource, key, body: body)
        if let timeout { call.timeout = timeout }
        return try await send(call)
    }

    /// Creates an object and returns it.
    ///
    /// - Parameters:
    ///   - namespace: nil for a kind outside namespaces.
    ///   - isTrial: asks for all that happens on the way to storage, and for nothing to be stored (`dryRun=All`).
    /// - Throws: `.alreadyExists` when there is one of that name.
    package func create(
        _ resource: Resource, namespace: String?, body: [UInt8], timeout: Duration? = nil, isTrial: Bool = false
    ) async throws(KubernetesError) -> [UInt8] {
        var query = [("fieldManager", fieldManager)]
        if isTrial { query.append(("dryRun", "All")) }
        var call = APICall("POST", resource, namespace: namespace, query: query)
        call.contentType = APICall.json
        call.body = body
        if let timeout { call.timeout = timeout }
        return try await send(call)
    }

    /// Changes an object by a JSON Patch (RFC 6902), for places that a merge patch cannot name.
    ///
    /// - Returns: the metadata after the change.
    /// - Throws: `.conflict` when the patch sets a resourceVersion that is not the current one.
    package func jsonPatch(
        _ resource: Resource, _ key: ObjectKey, body: [UInt8], selecting selection: MetadataSelection
    ) async throws(KubernetesError) -> ObjectMetadata {
        var call = patchCall(resource, key, "application/json-patch+json", body: body)
        call.accept = APICall.metadata
        return try Self.metadata(in: try await send(call), selection, subject: call.subject)
    }

    private func mergePatch(_ resource: Resource, _ key: ObjectKey, body: [UInt8]) -> APICall {
        patchCall(resource, key, "application/merge-patch+json", body: body)
    }

    private func patchCall(
        _ resource: Resource, _ key: ObjectKey, _ contentType: String, body: [UInt8]
    ) -> APICall {
        var call = APICall(
            "PATCH", resource, namespace: key.namespace.isEmpty ? nil : key.namespace, name: key.name,
            query: [("fieldManager", fieldManager)])
        call.contentType = contentType
        call.body = body
        return call
    }

    func call(_ method: String, _ resource: Resource, _ key: ObjectKey) -> APICall {
        APICall(method, resource, namespace: key.namespace.isEmpty ? nil : key.namespace, name: key.name)
    }

    private static func metadata(
        in body: [UInt8], _ selection: MetadataSelection, subject: String
    ) throws(KubernetesError) -> ObjectMetadata {
        var index = JSONIndex()
        do {
            let root = try index.read(unsafe body.span.bytes)
            if let metadata = ObjectMetadata(root, selection) { return metadata }
        } catch {
            throw KubernetesError(.malformed, "\(subject): the answer is not JSON: \(error)")
        }
        throw KubernetesError(.malformed, "\(subject): the answer is not an object with a name")
    }
}
