import RawJSON

extension OverridesCheck {
    private typealias Names = NameTable<(list: ExtraList, index: Int)>

    /// Containers and init containers share one set of names with each other and with those of Kelos.
    mutating func checkContainerNames(of overrides: JSONValue, at place: OverridesPlace) {
        var names = Names()
        checkNames(in: .extraContainers, of: overrides, &names, place)
        checkNames(in: .extraInitContainers, of: overrides, &names, place)
    }

    private mutating func checkNames(
        in list: ExtraList, of overrides: JSONValue, _ names: inout Names, _ place: OverridesPlace
    ) {
        var index = 0
        var containers = overrides.elements(of: list.name)
        while let container = containers.nextElement() {
            defer { index += 1 }
            guard container.isObject else { continue }
            guard let name = container.field("name"), !name.isText("") else {
                findings.refuse(
                    Violation(
                        .emptyName, .required, at: Self.nameField(list, index, place), "every container needs a name"))
                continue
            }
            guard name.isString else { continue }
            if let fault = Self.fault(ofContainerName: name, in: place.kind) {
                findings.refuse(
                    Violation(
                        .reservedContainer, .invalid, at: Self.nameField(list, index, place),
                        value: Findings.quoted(name), "\(fault); give the container another name"))
            } else if let first = names.holder(of: name, orElse: (list, index)) {
                findings.refuse(
                    Violation(
                        .duplicateName, .duplicate, at: Self.nameField(list, index, place),
                        value: Findings.quoted(name), "\(first.list.name)[\(first.index)] has the same name; rename one"
                    ))
            }
        }
    }

    /// Names of agent types, such as `claude-code`, are free: the agent's own container is `kelos-agent`.
    private static func fault(ofContainerName name: JSONValue, in kind: KelosKind) -> StaticString? {
        if name.startsText(with: "kelos-") { return "uses the reserved \"kelos-\" container name prefix" }
        if name.isText("git-clone") || name.isText("remote-setup") || name.isText("branch-setup")
            || name.isText("workspace-files") || name.isText("plugin-setup") || name.isText("skills-install")
        {
            return "is the name of an init container that Kelos adds"
        }
        if kind == .workerPool, name.isText("inject-worker-runner") {
            return "is the name of an init container of every WorkerPool"
        }
        return nil
    }

    private static func nameField(_ list: ExtraList, _ index: Int, _ place: OverridesPlace) -> String {
        "\(place.field).\(list.name)[\(index)].name"
    }
}
