package import PodManifests

/// The rules by which the API server turns requests into stored objects. Pure: time and identifiers come in as parameters.
package struct ObjectRegistry: Sendable {
    package var store: ObjectStore

    /// What a write needs from outside.
    package struct Circumstances: Sendable {
        /// RFC 3339, in seconds.
        package var now: String
        /// For a new object.
        package var uid: String
        /// Five characters, for `generateName`.
        package var suffix: String

        package init(now: String, uid: String, suffix: String) {
            self.now = now
            self.uid = uid
            self.suffix = suffix
        }
    }

    /// Bytes of a Secret's values together (core/v1 MaxSecretSize).
    private static let largestSecret = 1024 * 1024

    package init(store: ObjectStore = ObjectStore()) {
        self.store = store
    }

    package func get(_ resource: APIResource, _ key: ObjectKey) throws(APIStatus) -> ManifestValue {
        guard let object = store.object(resource, key) else { throw .notFound(resource, key.name) }
        return object
    }

    /// Checks and completes a new object without storing it.
    package func prepared(
        _ resource: APIResource, namespace: String, _ object: ManifestValue, _ circumstances: Circumstances
    ) throws(APIStatus) -> ManifestValue {
        var object = try checked(resource, namespace: namespace, object)
        var metadata = object.metadata
        if object.name.isEmpty {
            guard let stem = metadata["generateName"]?.string, !stem.isEmpty else {
                throw .invalid(resource, "", field: "metadata.name", "Required value: name or generateName is required")
            }
            metadata.set("name", .string(stem + circumstances.suffix))
        }
        if !Self.isName(metadata["name"]?.string ?? "") {
            throw .invalid(resource, object.name, field: "metadata.name", "Invalid value: not a DNS-1123 subdomain")
        }
        if resource.isNamespaced { metadata.set("namespace", .string(namespace)) }
        if resource == .namespaces { metadata.set(path: ["labels", "kubernetes.io/metadata.name"], metadata["name"]) }
        metadata.set("uid", .string(circumstances.uid))
        metadata.set("creationTimestamp", .string(circumstances.now))
        metadata.set("resourceVersion", nil)
        metadata.set("deletionTimestamp", nil)
        metadata.set("managedFields", nil)
        if object["spec"] != nil { metadata.set("generation", .number(1)) }
        object.set("metadata", metadata)
        return object
    }

    package mutating func create(
        _ resource: APIResource, namespace: String, _ object: ManifestValue, _ circumstances: Circumstances
    ) throws(APIStatus) -> ObjectChange {
        if resource.isNamespaced, store.object(.namespaces, ObjectKey("", namespace)) == nil {
            throw .notFound(.namespaces, namespace)
        }
        let object = try prepared(resource, namespace: namespace, object, circumstances)
        let key = ObjectKey(resource.isNamespaced ? namespace : "", object.name)
        guard store.object(resource, key) == nil else { throw .alreadyExists(resource, key.name) }
        return store.put(resource, key, object)
    }

    /// Replaces an object.
    ///
    /// - Parameter statusOnly: for the subresource: everything but `status` stays as it is.
    /// - Returns: nil when nothing would change; there is then no new revision.
    package mutating func update(
        _ resource: APIResource, _ key: ObjectKey, _ object: ManifestValue, statusOnly: Bool = false
    ) throws(APIStatus) -> ObjectChange? {
        let old = try get(resource, key)
        var new = try checked(resource, namespace: key.namespace, object)
        guard new.name == key.name else {
            throw .badRequest("the name of the object does not match the name on the URL")
        }
        try Self.checkPreconditions(resource, old: old, uid: new.uid, revision: new.metadata["resourceVersion"]?.string)
        if statusOnly {
            let status = new["status"]
            new = old
            new.set("status", status)
        }
        if old["immutable"]?.isTrue == true, old["data"] != new["data"] {
            throw .invalid(resource, key.name, field: "data", "Forbidden: field is immutable when `immutable` is set")
        }
        var metadata = new.metadata
        for field in ["uid", "creationTimestamp", "deletionTimestamp", "namespace", "generation", "resourceVersion"] {
            metadata.set(field, old.metadata[field])
        }
        metadata.set("managedFields", nil)
        new.set("metadata", metadata)
        if new == old { return nil }
        if new["spec"] != old["spec"] {
            new.set(path: ["metadata", "generation"], .number((old.metadata["generation"]?.integer ?? 0) + 1))
        }
        let isLast = metadata["deletionTimestamp"] != nil && (metadata["finalizers"]?.elements ?? []).isEmpty
        return store.put(resource, key, isLast ? nil : new)
    }

    /// Removes an object and what it owns; one with finalizers is marked only.
    package mutating func delete(
        _ resource: APIResource, _ key: ObjectKey, options: ManifestValue, now: String
    ) throws(APIStatus) -> [ObjectChange] {
        var object = try get(resource, key)
        let preconditions = options["preconditions"]
        try Self.checkPreconditions(
            resource, old: object, uid: preconditions?["uid"]?.string ?? "",
            revision: preconditions?["resourceVersion"]?.string)
        if !(object.metadata["finalizers"]?.elements ?? []).isEmpty {
            guard object.metadata["deletionTimestamp"] == nil else { return [] }
            object.set(path: ["metadata", "deletionTimestamp"], .string(now))
            return [store.put(resource, key, object)]
        }
        var changes = [store.put(resource, key, nil)]
        if options["propagationPolicy"] == "Orphan" { return changes }
        for (owned, ownedKey, dependent) in store.everything() {
            let owners = dependent.metadata["ownerReferences"]?.elements ?? []
            guard owners.contains(where: { $0["uid"]?.string == object.uid }), owners.count == 1 else { continue }
            changes += (try? delete(owned, ownedKey, options: [:], now: now)) ?? []
        }
        return changes
    }

    private static func checkPreconditions(
        _ resource: APIResource, old: ManifestValue, uid: String, revision: String?
    ) throws(APIStatus) {
        if !uid.isEmpty, uid != old.uid {
            throw .conflict(
                resource, old.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old.uid)")
        }
        if let revision, !revision.isEmpty, revision != old.metadata["resourceVersion"]?.string {
            throw .conflict(resource, old.name)
        }
    }

    private func checked(
        _ resource: APIResource, namespace: String, _ object: ManifestValue
    ) throws(APIStatus) -> ManifestValue {
        guard object.isObject else { throw .badRequest("the object provided is not an object") }
        var object = object
        let apiVersion = object["apiVersion"]?.string
        guard object["kind"] == nil || object["kind"]?.string == resource.kind,
            apiVersion == nil || resource.versions.contains(where: { resource.apiVersion($0) == apiVersion })
        else {
            throw .badRequest(
                "the API version or kind in the data does not match the expected \(resource.kind) of \(resource.group)")
        }
        if resource.isNamespaced, !object.namespace.isEmpty, object.namespace != namespace {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        if resource == .secrets { try Self.completeSecret(&object) }
        return object
    }

    private static func completeSecret(_ secret: inout ManifestValue) throws(APIStatus) {
        for (key, text) in secret["stringData"]?.strings ?? [:] {
            secret.set(path: ["data", key], .string(Base64Text.encoded(Array(text.utf8))))
        }
        secret.set("stringData", nil)
        if secret["type"] == nil { secret.set("type", "Opaque") }
        var size = 0
        for (key, text) in secret["data"]?.strings ?? [:] {
            guard let value = Base64Text.decoded(text) else {
                throw .badRequest("Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data")
            }
            guard isDataKey(key) else { throw .invalid(.secrets, secret.name, field: "data", "Invalid value: key") }
            size += value.count
        }
        guard size <= largestSecret else {
            throw .invalid(.secrets, secret.name, field: "data", "Too long: may not be more than 1048576 bytes")
        }
    }

    private static func isDataKey(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
    }

    /// A DNS-1123 subdomain, which every kind here is named by.
    private static func isName(_ name: String) -> Bool {
        (1...253).contains(name.utf8.count)
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { ($0 == 0x2D || isAlphanumeric($0)) && !(0x41...0x5A).contains($0) }
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
