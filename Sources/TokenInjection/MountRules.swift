import RawJSON

extension Planning {
    /// Looks at the mounts of a container that is to get the token.
    ///
    /// - Returns: true if the token is mounted already.
    mutating func checkMounts(_ mounts: JSONValue?, of container: borrowing ContainerView) -> Bool {
        guard let mounts else { return false }
        var present = false
        var index = 0
        var elements = mounts.elements
        while let mount = elements.nextElement() {
            defer { index += 1 }
            guard let path = mount.field("mountPath"), path.textBound > 0 else { continue }
            let isToken = mount.field("name")?.isText(TokenNames.volume) == true
            switch path.withText({ MountRelation(of: $0, to: .token) }) ?? .apart {
            case .apart:
                break
            case .above:
                findings.warn(
                    "Container \(Findings.quoted(container.name)) mounts a volume at \(Findings.quoted(path)), above "
                        + "\(TokenNames.mountPath), where the GitHub token is mounted.")
            case .same where isToken:
                if let field = Self.subPathField(of: mount) {
                    refuseSubPath(field, index, of: container)
                } else {
                    present = true
                }
            case .same, .below:
                if isToken, let field = Self.subPathField(of: mount) {
                    refuseSubPath(field, index, of: container)
                } else {
                    refuseMount(
                        path, index, of: container,
                        "\(TokenNames.mountPath) and what is below it is reserved for the GitHub token; mount this "
                            + "volume elsewhere")
                }
            }
        }
        return present
    }

    private static func subPathField(of mount: JSONValue) -> StaticString? {
        for field: StaticString in ["subPath", "subPathExpr"] {
            if let value = mount.field(field), value.textBound > 0 { return field }
        }
        return nil
    }

    private mutating func refuseSubPath(_ field: StaticString, _ index: Int, of container: borrowing ContainerView) {
        findings.refuse(
            Violation(
                .subPathMount, .forbidden, at: "\(mountField(index, of: container)).\(field)",
                "the kubelet never updates a mount with \(field), so the container would keep its first token; mount "
                    + "\"\(TokenNames.volume)\" at \(TokenNames.mountPath) without it, or leave the mount out"))
    }

    /// - Parameter detail: whose place it is and what to do.
    mutating func refuseMount(
        _ path: JSONValue, _ index: Int, of container: borrowing ContainerView, _ detail: String
    ) {
        findings.refuse(
            Violation(
                .mountCollision, .invalid, at: "\(mountField(index, of: container)).mountPath",
                value: Findings.quoted(path), detail))
    }

    private func mountField(_ index: Int, of container: borrowing ContainerView) -> String {
        "\(location.fieldPrefix)spec.\(container.place.field).volumeMounts[\(index)]"
    }
}
