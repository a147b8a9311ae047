import RawJSON

extension OverridesCheck {
    /// Volumes share one pod with those of Kelos.
    mutating func checkVolumeNames(of overrides: JSONValue, at place: OverridesPlace) {
        var names = NameTable<Int>()
        var index = 0
        var volumes = overrides.elements(of: "volumes")
        while let volume = volumes.nextElement() {
            defer { index += 1 }
            guard let name = volume.field("name"), name.textBound > 0 else { continue }
            if let fault = Self.fault(ofVolumeName: name, in: place.kind) {
                refuseVolume(.reservedVolume, .invalid, name, index, place, "\(fault); give the volume another name")
            } else if let first = names.holder(of: name, orElse: index) {
                refuseVolume(
                    .duplicateName, .duplicate, name, index, place, "volumes[\(first)] has the same name; rename one")
            }
        }
    }

    private static func fault(ofVolumeName name: JSONValue, in kind: KelosKind) -> StaticString? {
        if name.startsText(with: "kelos-") { return "uses the reserved \"kelos-\" volume name prefix" }
        if name.isText("workspace") { return "is a Kelos-reserved volume name" }
        if kind == .workerPool, name.isText("worker-runner") { return "is a volume of every WorkerPool" }
        return nil
    }

    private mutating func refuseVolume(
        _ reason: RefusalReason, _ cause: Violation.Cause, _ name: JSONValue, _ index: Int, _ place: OverridesPlace,
        _ detail: String
    ) {
        findings.refuse(
            Violation(
                reason, cause, at: "\(place.field).volumes[\(index)].name", value: Findings.quoted(name), detail))
    }
}
