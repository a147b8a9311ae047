internal import PodManifests

/// The form in which a client wants objects.
struct Representation: Sendable {
    let resource: APIResource
    let version: String
    /// Metadata only (`PartialObjectMetadata`).
    let isPartial: Bool
    /// Whether the metadata of Secrets says, by `managedFields`, which keys their data has.
    var tellsManagers = false

    init(_ target: APITarget, accept: String) {
        resource = target.resource
        version = target.version
        // The first form that is served here wins; kubectl asks for tables first and takes plain JSON as well.
        let forms = accept.split(separator: ",")
        isPartial =
            forms.first { $0.contains("as=PartialObjectMetadata") || !$0.contains("as=") }?
            .contains("as=PartialObjectMetadata") ?? false
    }

    private init(_ resource: APIResource, _ version: String) {
        self.resource = resource
        self.version = version
        isPartial = false
    }

    /// The same version with all of the object.
    var whole: Representation { Representation(resource, version) }

    func object(_ object: ManifestValue) -> ManifestValue {
        if isPartial {
            return [
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata(of: object),
            ]
        }
        var members = [
            ManifestMember("apiVersion", .string(resource.apiVersion(version))),
            ManifestMember("kind", .string(resource.kind)),
        ]
        members += object.members.filter { $0.key != "apiVersion" && $0.key != "kind" }
        return .object(members)
    }

    /// With one manager for everything. Objects in their whole form go without: nobody here looks for it there.
    private func metadata(of object: ManifestValue) -> ManifestValue {
        var metadata = object.metadata
        guard tellsManagers, resource == .secrets, !object.name.isEmpty else { return metadata }
        let keys = (object["data"]?.members ?? []).map { ManifestMember("f:" + $0.key, [:]) }
        let fields: ManifestValue = ["f:data": .object([ManifestMember(".", [:])] + keys), "f:type": [:]]
        metadata.set(
            "managedFields",
            [
                [
                    "manager": "sandbox", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1",
                    "fieldsV1": keys.isEmpty ? ["f:type": [:]] : fields,
                ]
            ])
        return metadata
    }

    func list(_ page: ObjectStore.Page) -> ManifestValue {
        var metadata: ManifestValue = ["resourceVersion": .string("\(page.revision)")]
        if let next = page.next { metadata.set("continue", .string(next)) }
        return [
            "kind": .string(isPartial ? "PartialObjectMetadataList" : resource.kind + "List"),
            "apiVersion": .string(isPartial ? "meta.k8s.io/v1" : resource.apiVersion(version)),
            "metadata": metadata, "items": .array(page.objects.map(object)),
        ]
    }

    /// What a watch says about a change; nil when it concerns no selected object, before or after.
    func event(_ change: ObjectChange, namespace: String?, selector: ObjectSelector) -> ManifestValue? {
        func selected(_ object: ManifestValue?) -> ManifestValue? {
            guard let object, namespace == nil || object.namespace == namespace, selector.selects(object) else {
                return nil
            }
            return object
        }
        switch (selected(change.old), selected(change.new)) {
        case (nil, nil): return nil
        case (nil, let new?): return ["type": "ADDED", "object": object(new)]
        case (_?, let new?): return ["type": "MODIFIED", "object": object(new)]
        case (var old?, nil):
            // The last state, under the revision at which it went.
            old.set(path: ["metadata", "resourceVersion"], .string("\(change.revision)"))
            return ["type": "DELETED", "object": object(old)]
        }
    }

    func bookmark(_ revision: UInt64, endsInitialEvents: Bool = false) -> ManifestValue {
        var metadata: ManifestValue = ["resourceVersion": .string("\(revision)"), "creationTimestamp": .null]
        if endsInitialEvents { metadata.set("annotations", ["k8s.io/initial-events-end": "true"]) }
        let object: ManifestValue = ["metadata": metadata]
        var shown = self.object(object)
        if !isPartial, resource.hasStatus { shown.set("spec", [:]) }
        return ["type": "BOOKMARK", "object": shown]
    }
}
