package import RawJSON

/// The rules for `podOverrides` of Kelos objects. What breaks them is refused here, at `kubectl apply`, because it would
/// fail later, when Kelos or the API server looks at the pod, where its author no longer does.
package enum KelosObjectRules {
    /// Judges an object that is created, or that stands in a file.
    package static func verdict(on object: JSONValue, of kind: KelosKind) -> KelosVerdict {
        var check = OverridesCheck()
        check.check(OverridesPlace(kind: kind, isLegacy: true), in: object)
        check.check(OverridesPlace(kind: kind, isLegacy: false), in: object)
        return check.verdict
    }

    /// Judges a change. What was stored before there was anybody to refuse it must still be finalized, labelled, scaled
    /// and deleted: only `podOverrides` that the change touches are looked at.
    ///
    /// - Parameters:
    ///   - object: as it would be.
    ///   - old: as it is.
    package static func verdict(on object: JSONValue, replacing old: JSONValue, of kind: KelosKind) -> KelosVerdict {
        // The API server refuses an update that sets the time of deletion, so nobody gets past the rules by one.
        if isDeleting(object) || isDeleting(old) { return KelosVerdict(.pass(.deleting)) }
        var check = OverridesCheck()
        check.check(OverridesPlace(kind: kind, isLegacy: true), in: object, replacing: old)
        check.check(OverridesPlace(kind: kind, isLegacy: false), in: object, replacing: old)
        return check.verdict
    }

    private static func isDeleting(_ object: JSONValue) -> Bool {
        object.field("metadata")?.field("deletionTimestamp") != nil
    }
}
