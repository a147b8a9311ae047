import RawJSON

/// One of the two places where a Kelos object, or the template in it, changes the pod that is made from it. Of both, Kelos
/// takes the worker's; the other is checked all the same, for it counts as soon as the first is gone.
struct OverridesPlace: Sendable {
    let kind: KelosKind
    /// `podOverrides` beside `worker` and not in it, as v1alpha1 has it.
    let isLegacy: Bool

    /// Such as `spec.taskTemplate.worker.podOverrides`.
    var field: String {
        "spec\(kind.template.map { ".\($0)" } ?? "")\(isLegacy ? "" : ".worker").podOverrides"
    }

    /// What `podOverrides` stands in: the worker, or the spec or template.
    @_lifetime(copy object)
    func holder(in object: JSONValue) -> JSONValue? {
        var holder = object.field("spec")
        if let template = kind.template { holder = holder?.field(template) }
        return isLegacy ? holder : holder?.field("worker")
    }

    @_lifetime(copy object)
    func overrides(in object: JSONValue) -> JSONValue? {
        holder(in: object)?.field("podOverrides")
    }
}
