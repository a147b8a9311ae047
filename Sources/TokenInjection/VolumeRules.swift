import RawJSON

extension Planning {
    /// Looks at the volumes that have the token's name.
    ///
    /// - Returns: true if one of them is what would be added.
    mutating func checkTokenVolume(in spec: JSONValue, _ secret: borrowing SecretReference) -> Bool {
        var present = false
        var index = 0
        var volumes = spec.elements(of: "volumes")
        while let volume = volumes.nextElement() {
            defer { index += 1 }
            guard volume.field("name")?.isText(TokenNames.volume) == true else { continue }
            if Self.isTokenVolume(volume, secret) {
                present = true
                continue
            }
            findings.refuse(
                Violation(
                    .reservedVolume, .forbidden, at: "\(location.fieldPrefix)spec.volumes[\(index)].name",
                    "the volume name \"\(TokenNames.volume)\" is reserved for the file with the GitHub token of Secret "
                        + "\(Findings.quoted(secret.name)), and this volume is another one; give it another name"))
        }
        return present
    }

    /// The name of the wrapper's volume is taken even where nothing is to be added under it.
    ///
    /// - Returns: true if a volume is what would be added.
    mutating func checkWrapperVolume(in spec: JSONValue) -> Bool {
        var present = false
        var index = 0
        var volumes = spec.elements(of: "volumes")
        while let volume = volumes.nextElement() {
            defer { index += 1 }
            guard volume.field("name")?.isText(TokenNames.wrapperVolume) == true else { continue }
            if Self.isWrapperVolume(volume) {
                present = true
                continue
            }
            findings.refuse(
                Violation(
                    .reservedVolume, .forbidden, at: "\(location.fieldPrefix)spec.volumes[\(index)].name",
                    "the volume name \"\(TokenNames.wrapperVolume)\" is reserved for the gh wrapper script, and this "
                        + "volume is another one; give it another name"))
        }
        return present
    }

    /// It mounts the Secret, and its key as the file that the contract demands. Without `items`, every key is a file of
    /// its own name.
    private static func isTokenVolume(_ volume: JSONValue, _ reference: borrowing SecretReference) -> Bool {
        guard let secret = volume.field("secret"),
            secret.field("secretName")?.isText(of: reference.name) == true
        else { return false }
        guard let items = secret.field("items"), items.count > 0 else { return reference.keyIsFileName }
        var elements = items.elements
        while let item = elements.nextElement() {
            if let key = item.field("key"), reference.hasKey(key),
                item.field("path")?.isText(TokenNames.fileName) == true
            {
                return true
            }
        }
        return false
    }

    /// It delivers the annotation with the script, and nothing else, as a program that every user may run.
    private static func isWrapperVolume(_ volume: JSONValue) -> Bool {
        let (everyone, defaultMode) = (0o555, 0o644)
        guard let source = volume.field("downwardAPI"), let items = source.field("items"), items.count == 1 else {
            return false
        }
        var elements = items.elements
        guard let item = elements.nextElement(),
            item.field("path")?.isText(TokenNames.wrapperFileName) == true,
            let field = item.field("fieldRef")?.field("fieldPath"),
            field.string == "metadata.annotations['\(TokenNames.Annotation.wrapperScript)']"
        else { return false }
        let mode = item.field("mode")?.integer ?? source.field("defaultMode")?.integer ?? defaultMode
        return mode & everyone == everyone
    }
}
