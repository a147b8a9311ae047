import RawJSON

/// A key in a Secret, as the pod itself writes it.
struct SecretReference: ~Escapable {
    /// A string, copied verbatim into the patch.
    let name: JSONValue

    /// A string; nil means `GITHUB_TOKEN`.
    let key: JSONValue?

    @_lifetime(copy name, copy key)
    init(name: JSONValue, key: JSONValue?) {
        self.name = name
        self.key = key
    }

    /// The `secretKeyRef` of an environment variable; nil without one, and where name or key is missing.
    @_lifetime(copy variable)
    init?(ofVariable variable: JSONValue) {
        guard let reference = variable.field("valueFrom")?.field("secretKeyRef"),
            let name = reference.field("name"), name.textBound > 0,
            let key = reference.field("key"), key.textBound > 0
        else { return nil }
        self.name = name
        self.key = key
    }

    /// What a container's `GITHUB_TOKEN` comes from; nil without one, and where its value is a literal. Of several
    /// variables of that name the last counts, as in Kubernetes.
    @_lifetime(copy container)
    init?(ofTokenIn container: JSONValue) {
        var elements = container.elements(of: "env")
        var last: JSONValue?
        while let entry = elements.nextElement() {
            if entry.field("name")?.isText(TokenNames.Variable.token) == true { last = entry }
        }
        guard let last, let reference = SecretReference(ofVariable: last) else { return nil }
        self = reference
    }

    /// The Secret a pod's token comes from: what the annotation says, else what the containers' own `GITHUB_TOKEN`
    /// refers to, the agent's first.
    ///
    /// - Parameter annotation: the annotation's value, which has been checked.
    @_lifetime(copy spec, copy annotation)
    init?(for spec: JSONValue, annotation: JSONValue?) {
        var found: SecretReference?
        var rank = Int.max
        var walk = ContainerWalk(of: spec)
        while let container = walk.nextContainer() {
            let isAgent =
                container.place.list == .containers && container.name?.isText(TokenNames.agentContainer) == true
            guard isAgent ? rank > 0 : rank > 1, let reference = container.tokenReference else { continue }
            if let annotation, !reference.name.isText(of: annotation) { continue }
            found = reference
            rank = isAgent ? 0 : 1
        }
        if let annotation {
            name = annotation
            key = found?.key
        } else {
            guard let found else { return nil }
            name = found.name
            key = found.key
        }
    }

    /// True if both name the same key of the same Secret.
    func isSame(as other: SecretReference) -> Bool {
        guard name.isText(of: other.name) else { return false }
        guard let otherKey = other.key else { return keyIsFileName }
        return hasKey(otherKey)
    }

    /// True if `text` is the key.
    func hasKey(_ text: JSONValue) -> Bool {
        guard let key else { return text.isText(TokenNames.fileName) }
        return key.isText(of: text)
    }

    /// True if the key is also the name of the file that the contract demands.
    var keyIsFileName: Bool { key?.isText(TokenNames.fileName) ?? true }
}
