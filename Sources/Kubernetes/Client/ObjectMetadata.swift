package import RawJSON

/// What is kept of an object: no more than a decision needs, so that ten thousand fit into a few megabytes.
package struct ObjectMetadata: Sendable, Equatable {
    package struct Owner: Sendable, Equatable {
        package let apiVersion: String
        package let kind: String
        package let name: String
        package let uid: String
        /// The one owner that manages the object.
        package let isController: Bool
    }

    package let name: String
    /// Empty for objects outside namespaces.
    package let namespace: String
    package let uid: String
    /// Opaque: only ever compared for equality and sent back.
    package let resourceVersion: String
    /// RFC 3339, as the server writes it.
    package let creationTimestamp: String
    /// Nil unless the object is being deleted.
    package let deletionTimestamp: String?
    /// Those that were asked for.
    package let labels: [String: String]
    /// Those that were asked for.
    package let annotations: [String: String]
    package let owners: [Owner]
    /// Which of the keys that were asked for a Secret's data has; nil if that is not known. Metadata tells by
    /// `managedFields`, which a server or a proxy may leave out.
    package let dataKeys: Set<String>?

    package init(
        name: String, namespace: String, uid: String, resourceVersion: String, creationTimestamp: String = "",
        deletionTimestamp: String? = nil, labels: [String: String] = [:], annotations: [String: String] = [:],
        owners: [Owner] = [], dataKeys: Set<String>? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.creationTimestamp = creationTimestamp
        self.deletionTimestamp = deletionTimestamp
        self.labels = labels
        self.annotations = annotations
        self.owners = owners
        self.dataKeys = dataKeys
    }

    package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// The owner that manages the object.
    package var controller: Owner? { owners.first(where: \.isController) }
}

/// The labels, annotations and keys of data that a caller decides by; the others are not kept.
package struct MetadataSelection: Sendable, Equatable {
    package let labels: Set<String>
    package let annotations: Set<String>
    /// Names only: values are never part of metadata.
    package let dataKeys: Set<String>

    package init(labels: Set<String> = [], annotations: Set<String> = [], dataKeys: Set<String> = []) {
        self.labels = labels
        self.annotations = annotations
        self.dataKeys = dataKeys
    }
}

extension ObjectMetadata {
    /// Reads `metadata` of an object of any kind; nil when it has no name.
    package init?(_ object: borrowing JSONValue, _ selection: MetadataSelection) {
        guard let metadata = object.field("metadata"), let name = metadata.text("name") else { return nil }
        var owners: [Owner] = []
        var references = metadata.elements(of: "ownerReferences")
        while let reference = references.nextElement() {
            owners.append(
                Owner(
                    apiVersion: reference.text("apiVersion") ?? "", kind: reference.text("kind") ?? "",
                    name: reference.text("name") ?? "", uid: reference.text("uid") ?? "",
                    isController: reference.field("controller")?.bool ?? false))
        }
        self.init(
            name: name, namespace: metadata.text("namespace") ?? "", uid: metadata.text("uid") ?? "",
            resourceVersion: metadata.text("resourceVersion") ?? "",
            creationTimestamp: metadata.text("creationTimestamp") ?? "",
            deletionTimestamp: metadata.text("deletionTimestamp"),
            labels: Self.selected(selection.labels, of: "labels", in: metadata),
            annotations: Self.selected(selection.annotations, of: "annotations", in: metadata), owners: owners,
            dataKeys: Self.managedDataKeys(selection.dataKeys, in: metadata))
    }

    /// Every field of an object has an entry in `managedFields` once there is any
    /// (kubernetes.io, "Server-Side Apply", field management).
    private static func managedDataKeys(_ wanted: Set<String>, in metadata: borrowing JSONValue) -> Set<String>? {
        guard !wanted.isEmpty else { return nil }
        var held: Set<String>?
        var managers = metadata.elements(of: "managedFields")
        while let manager = managers.nextElement() {
            guard let fields = manager.field("fieldsV1") else { continue }
            if held == nil { held = [] }
            // Who applies a Secret may own its keys by the name under which they were written.
            for key in fieldNames(of: "f:data", in: fields) + fieldNames(of: "f:stringData", in: fields)
            where wanted.contains(key) {
                held?.insert(key)
            }
        }
        return held
    }

    private static func fieldNames(of member: StaticString, in parent: borrowing JSONValue) -> [String] {
        guard let fields = parent.field(member) else { return [] }
        var names: [String] = []
        var members = fields.members
        while let member = members.nextMember() {
            if let name = member.key.string, name.hasPrefix("f:") { names.append(String(name.dropFirst(2))) }
        }
        return names
    }

    /// Annotations can be large (`last-applied-configuration` holds a whole object); only wanted values are decoded.
    private static func selected(
        _ wanted: Set<String>, of key: StaticString, in metadata: borrowing JSONValue
    ) -> [String: String] {
        guard !wanted.isEmpty, let map = metadata.field(key) else { return [:] }
        var selected: [String: String] = [:]
        var members = map.members
        while let member = members.nextMember() {
            guard let key = member.key.string, wanted.contains(key), let value = member.value.string else { continue }
            selected[key] = value
        }
        return selected
    }
}
