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
            let relation = path.withText { MountRelation(of: $0, to: .token) } ?? .apart
            switch relation {
            case .apart:
                break
            case .above:
                findings.warn(
                    "Container \(Findings.quoted(container.name)) mounts a volume at \(Findings.quoted(path)), above "
                        + "\(TokenNames.mountPath), where the GitHub token is mounted.")
            case .same, .below:
                if isToken, let subPath = TokenMount.subPathField(of: mount) {
                    let field = mountField(index, of: container)
                    findings.refuse(TokenMount.subPathViolation(subPath, of: field))
                } else if isToken, relation == .same {
                    present = true
                } else {
                    let field = mountField(index, of: container)
                    findings.refuse(TokenMount.collision(at: path, of: field))
                }
            }
        }
        return present
    }

    /// - Parameter detail: whose place it is and what to do.
    mutating func refuseMount(
        _ path: JSONValue, _ index: Int, of container: borrowing ContainerView, _ detail: String
    ) {
        let field = mountField(index, of: container)
        findings.refuse(TokenMount.collision(at: path, of: field, detail))
    }

    private func mountField(_ index: Int, of container: borrowing ContainerView) -> String {
        "\(location.fieldPrefix)spec.\(container.place.field).volumeMounts[\(index)]"
    }
}
