/// What a path of the Kubernetes API names.
struct APITarget: Equatable {
    let resource: APIResource
    let version: String
    /// Nil for all namespaces, and for cluster-scoped resources.
    let namespace: String?
    /// Nil for the whole collection.
    let name: String?
    let subresource: String?

    /// Nil when the path names no resource that is served.
    init?(_ segments: [String]) {
        var rest = segments[...]
        let group: String
        switch rest.popFirst() {
        case "api": group = ""
        case "apis":
            guard let named = rest.popFirst() else { return nil }
            group = named
        default: return nil
        }
        guard let version = rest.popFirst() else { return nil }
        var namespace: String?
        // `namespaces/x` and `namespaces/x/status` are about the namespace itself.
        let inside = Array(rest)
        if inside.count >= 3, inside[0] == "namespaces", !(group.isEmpty && ["status", "finalize"].contains(inside[2]))
        {
            namespace = inside[1]
            rest = rest.dropFirst(2)
        }
        guard let plural = rest.popFirst(),
            let resource = APIResource.all.first(where: { $0.group == group && $0.plural == plural }),
            resource.versions.contains(version), namespace == nil || resource.isNamespaced
        else { return nil }
        self.resource = resource
        self.version = version
        self.namespace = namespace
        name = rest.popFirst()
        subresource = rest.popFirst()
        guard rest.isEmpty, name == nil || namespace != nil || !resource.isNamespaced else { return nil }
    }

    var key: ObjectKey { ObjectKey(namespace ?? "", name ?? "") }
}
