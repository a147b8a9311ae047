import RawJSON

/// Which containers are to get the token.
///
/// Those whose own `GITHUB_TOKEN` refers to the key of the Secret, and those that the annotation lists. Without either, all.
struct ContainerChoice {
    private let listed: [String]?
    private let all: Bool

    /// - Parameter annotation: the value of `kelos.dev/github-token-containers`.
    init(of spec: JSONValue, _ secret: borrowing SecretReference, annotation: JSONValue?) {
        listed = annotation?.string.map(Self.names(in:))
        guard listed == nil else {
            all = false
            return
        }
        var walk = ContainerWalk(of: spec)
        while let container = walk.nextContainer() {
            if let reference = container.tokenReference, reference.isSame(as: secret) {
                all = false
                return
            }
        }
        all = true
    }

    /// - Parameter survey: of the container's environment.
    func includes(
        _ container: borrowing ContainerView, _ survey: borrowing EnvironmentSurvey, _ secret: borrowing SecretReference
    ) -> Bool {
        if all { return true }
        if let listed, let name = container.name?.string, listed.contains(name) { return true }
        guard let token = survey.token, let reference = SecretReference(ofVariable: token.entry) else { return false }
        return reference.isSame(as: secret)
    }

    /// Listed names that no container has, quoted.
    func unknownNames(in spec: JSONValue) -> [String] {
        guard let listed else { return [] }
        var present: Set<String> = []
        var walk = ContainerWalk(of: spec)
        while let container = walk.nextContainer() {
            if let name = container.name?.string { present.insert(name) }
        }
        return listed.filter { !present.contains($0) }.map { Findings.quoted($0) }
    }

    private static func names(in list: String) -> [String] {
        list.utf8.split(separator: UInt8(ascii: ",")).compactMap { item in
            let name = item.drop { $0 == UInt8(ascii: " ") }
            let end = name.lastIndex { $0 != UInt8(ascii: " ") }
            return end.flatMap { String(name[...$0]) }
        }
    }
}
