import RawJSON

/// What a refusal is about, as metav1.StatusDetails names it.
struct RefusedObject: ~Escapable {
    /// Nil for the core group.
    let group: StaticString?
    let kind: StaticString
    /// Nil if it has none.
    let name: JSONValue?

    @_lifetime(copy name)
    init(group: StaticString?, kind: StaticString, name: JSONValue?) {
        self.group = group
        self.kind = kind
        self.name = name
    }
}
