import RawJSON

/// One object's way through the rules.
struct OverridesCheck {
    var findings = Findings()
    private var isUnchanged = false

    var verdict: KelosVerdict {
        guard findings.violations.isEmpty else {
            return KelosVerdict(
                .refuse(findings.violations), unlisted: findings.unlisted, warnings: findings.warnings)
        }
        return KelosVerdict(.pass(isUnchanged ? .unchangedOverrides : .withinRules), warnings: findings.warnings)
    }

    mutating func check(_ place: OverridesPlace, in object: JSONValue, replacing old: JSONValue) {
        if let new = place.overrides(in: object), let former = place.overrides(in: old), new.isEquivalent(to: former) {
            isUnchanged = true
        } else {
            check(place, in: object)
        }
    }

    /// Values of another type than the API gives them are passed over: the schema of the kind refuses them right after.
    mutating func check(_ place: OverridesPlace, in object: JSONValue) {
        guard let holder = place.holder(in: object), let overrides = holder.field("podOverrides") else { return }
        checkVolumeNames(of: overrides, at: place)
        checkContainerNames(of: overrides, at: place)
        checkAgentMounts(of: overrides, at: place)
        checkContainerMounts(.extraContainers, of: overrides, at: place)
        checkContainerMounts(.extraInitContainers, of: overrides, at: place)
        checkVariables(of: overrides, in: holder, at: place)
    }
}

/// The lists of containers that `podOverrides` adds to a pod.
enum ExtraList: Sendable {
    case extraContainers
    case extraInitContainers

    var name: StaticString {
        switch self {
        case .extraContainers: "extraContainers"
        case .extraInitContainers: "extraInitContainers"
        }
    }
}
