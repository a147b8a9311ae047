import RawJSON

/// The script that runs gh with the token of the moment: hack/gh, byte for byte.
enum GHWrapper {
    /// As a JSON string.
    static let quotedScript: [UInt8] = {
        var text: [UInt8] = []
        text.append(quoted: String(decoding: PackageResources.gh, as: UTF8.self))
        return text
    }()

    static func isScript(_ value: JSONValue) -> Bool {
        value.string?.utf8.elementsEqual(PackageResources.gh) == true
    }
}

extension Planning {
    /// - Parameter annotations: an object, or nil where there is none.
    mutating func setWrapperScript(in annotations: JSONValue?) {
        if let present = annotations?.field(TokenNames.Annotation.wrapperScript) {
            if GHWrapper.isScript(present) { return }
            findings.warn(
                "The annotation \(TokenNames.Annotation.wrapperScript) holds something else than the gh wrapper: it is "
                    + "replaced.")
        }
        writer.setWrapperScript(in: annotations)
    }

    /// Mounts the wrapper in a container that is to get the token, unless it is there.
    ///
    /// - Parameter exist: the container has a list of mounts by now.
    mutating func wireWrapper(_ mounts: JSONValue?, exist: Bool, of container: borrowing ContainerView) {
        if !checkWrapperMounts(mounts, of: container) { writer.addWrapperMount(to: container.place, exists: exist) }
        warnOfPath(in: container)
    }

    /// - Returns: true if the wrapper is mounted already.
    private mutating func checkWrapperMounts(_ mounts: JSONValue?, of container: borrowing ContainerView) -> Bool {
        guard let mounts else { return false }
        var present = false
        var index = 0
        var elements = mounts.elements
        while let mount = elements.nextElement() {
            defer { index += 1 }
            guard let path = mount.field("mountPath"), path.textBound > 0 else { continue }
            let isWrapper = mount.field("name")?.isText(TokenNames.wrapperVolume) == true
            switch path.withText({ MountRelation(of: $0, to: .wrapper) }) ?? .apart {
            case .apart:
                break
            case .above:
                findings.warn(
                    "Container \(Findings.quoted(container.name)) mounts a volume at \(Findings.quoted(path)), above "
                        + "\(TokenNames.wrapperPath), where the gh wrapper is mounted: it must be writable, or hold a file "
                        + "there.")
            case .same where isWrapper && mount.field("subPath")?.isText(TokenNames.wrapperFileName) == true:
                present = true
            case .same, .below:
                refuseMount(
                    path, index, of: container,
                    isWrapper
                        ? "\"\(TokenNames.wrapperVolume)\" goes to \(TokenNames.wrapperPath) with subPath "
                            + "\"\(TokenNames.wrapperFileName)\"; leave the mount out, it is added"
                        : "\(TokenNames.wrapperPath) is where the gh wrapper goes; mount this volume elsewhere, or remove "
                            + "the label \(TokenNames.Label.wrapper)")
            }
        }
        return present
    }

    /// A PATH of the image cannot be seen; one of the pod can, as long as nothing is left to expand in it.
    private mutating func warnOfPath(in container: borrowing ContainerView) {
        var path: String?
        var elements = container.container.elements(of: "env")
        while let entry = elements.nextElement() {
            if entry.field("name")?.isText("PATH") == true { path = entry.field("value")?.string }
        }
        guard let path, !path.contains("$") else { return }
        let folders = path.split(separator: ":")
        if folders.contains("/usr/local/bin") || folders.contains("/usr/local/bin/") { return }
        findings.warn(
            "Container \(Findings.quoted(container.name)) sets a PATH without /usr/local/bin: it does not find the gh "
                + "wrapper.")
    }
}
