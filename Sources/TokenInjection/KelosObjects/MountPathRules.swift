import RawJSON

extension OverridesCheck {
    mutating func checkAgentMounts(of overrides: JSONValue, at place: OverridesPlace) {
        check(overrides, OverridesMounts(place: place, owner: .agent, container: nil))
    }

    mutating func checkContainerMounts(_ list: ExtraList, of overrides: JSONValue, at place: OverridesPlace) {
        var index = 0
        var containers = overrides.elements(of: list.name)
        while let container = containers.nextElement() {
            let owner: OverridesMounts.Owner =
                SecretReference(ofTokenIn: container) == nil ? .otherContainer : .tokenContainer
            check(container, OverridesMounts(place: place, owner: owner, container: (list, index)))
            index += 1
        }
    }

    /// A mount may name any volume, Kelos's own too; only where it goes matters.
    private mutating func check(_ holder: JSONValue, _ mounts: OverridesMounts) {
        var index = 0
        var elements = holder.elements(of: "volumeMounts")
        while let mount = elements.nextElement() {
            defer { index += 1 }
            guard let path = mount.field("mountPath"), path.textBound > 0 else { continue }
            checkRunner(path, mounts, index)
            let relation = path.withText { MountRelation(of: $0, to: .token) } ?? .apart
            if mount.field("name")?.isText(TokenNames.volume) == true {
                checkTokenMount(mount, path, relation, mounts, index)
            } else {
                checkForeignMount(path, relation, mounts, index)
            }
        }
    }

    private mutating func checkForeignMount(
        _ path: JSONValue, _ relation: MountRelation, _ mounts: OverridesMounts, _ index: Int
    ) {
        switch (relation, mounts.owner) {
        case (.same, .agent), (.below, .agent), (.same, .tokenContainer), (.below, .tokenContainer):
            findings.refuse(TokenMount.collision(at: path, of: mounts.field(index)))
        case (.same, .otherContainer), (.below, .otherContainer):
            findings.warn(
                "\(mounts.field(index)).mountPath: \(TokenNames.mountPath) is where containers find the GitHub token; "
                    + "this one is given none, so the mount is accepted")
        case (.above, .agent), (.above, .tokenContainer):
            warnAbove(path, mounts, index)
        case (.above, .otherContainer), (.apart, _): break
        }
    }

    private mutating func checkTokenMount(
        _ mount: JSONValue, _ path: JSONValue, _ relation: MountRelation, _ mounts: OverridesMounts, _ index: Int
    ) {
        let isThere = relation == .same || relation == .below
        if let subPath = TokenMount.subPathField(of: mount) {
            if isThere, mounts.owner != .otherContainer {
                findings.refuse(TokenMount.subPathViolation(subPath, of: mounts.field(index)))
            } else {
                findings.warn(
                    "\(mounts.field(index)).\(subPath): the kubelet never updates a mount with \(subPath), so the "
                        + "container keeps its first token")
            }
        } else if relation == .below, mounts.owner != .otherContainer {
            findings.refuse(TokenMount.collision(at: path, of: mounts.field(index)))
        } else if relation == .same, mounts.owner == .agent {
            refuseOrWarnAgain(path, mounts, index)
        }
        if relation == .above, mounts.owner != .otherContainer { warnAbove(path, mounts, index) }
    }

    /// The API server compares mount paths as they are written, so only the same spelling breaks the pod.
    private mutating func refuseOrWarnAgain(_ path: JSONValue, _ mounts: OverridesMounts, _ index: Int) {
        if path.isText(TokenNames.mountPath) {
            findings.refuse(
                TokenMount.collision(
                    at: path, of: mounts.field(index),
                    "must be unique, and the GitHub token is mounted there without being asked for; leave the mount out"
                )
            )
        } else {
            findings.warn(
                "\(mounts.field(index)): the GitHub token is mounted at \(TokenNames.mountPath) without being asked for; "
                    + "this mount adds nothing")
        }
    }

    private mutating func warnAbove(_ path: JSONValue, _ mounts: OverridesMounts, _ index: Int) {
        findings.warn(
            "\(mounts.field(index)).mountPath: \(Findings.quoted(path)) lies above \(TokenNames.mountPath), where the "
                + "GitHub token is mounted")
    }

    /// A WorkerPool's agent is started from `/kelos/bin`.
    private mutating func checkRunner(_ path: JSONValue, _ mounts: OverridesMounts, _ index: Int) {
        guard mounts.place.kind == .workerPool, mounts.owner == .agent,
            path.withText({ MountRelation(of: $0, to: .runner) }) == .same
        else { return }
        findings.refuse(
            TokenMount.collision(
                at: path, of: mounts.field(index),
                "/kelos/bin holds the program that a WorkerPool's agent is started by; mount this volume elsewhere"))
    }
}
