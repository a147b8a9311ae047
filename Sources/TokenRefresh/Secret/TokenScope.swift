/// What a token is asked to be good for. Without any limit it is good for all that the installation is.
package struct TokenScope: Equatable, Sendable {
    package enum Repositories: Equatable, Sendable {
        case all
        /// Names without their owner, as the API wants them.
        case named([String])
        case numbered([Int])
    }

    /// How far a permission goes; each includes the ones before it.
    package enum Level: String, Comparable, Sendable, CaseIterable {
        case read, write, admin

        private var rank: Int {
            switch self {
            case .read: 0
            case .write: 1
            case .admin: 2
            }
        }

        package static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    /// GitHub's own bound for one request (REST API, "Create an installation access token for an app").
    package static let mostRepositories = 500
    /// Above the number of permissions there are.
    private static let mostPermissions = 100

    package let repositories: Repositories
    /// Nil asks for all that the installation has.
    package let permissions: [String: Level]?

    package init(repositories: Repositories = .all, permissions: [String: Level]? = nil) {
        self.repositories = repositories
        self.permissions = permissions
    }

    /// Reads the two annotations: `name,owner/name` or `123,456` (ids) for repositories, `contents=write,issues=read`
    /// for permissions.
    ///
    /// - Throws: `.invalidScope`: a limit that cannot be read must not become no limit.
    package init(_ configuration: RefreshConfiguration) throws(RefreshFailure) {
        repositories = try configuration.repositories.map(Self.readRepositories) ?? .all
        permissions = try configuration.permissions.map(Self.readPermissions)
    }

    private static func readRepositories(_ text: String) throws(RefreshFailure) -> Repositories {
        let entries = items(text)
        guard (1...mostRepositories).contains(entries.count) else {
            throw refusal(RefreshAnnotation.repositories, "wants 1 to \(mostRepositories) repositories")
        }
        let numbers = entries.compactMap { $0.utf8.allSatisfy(isDigit) ? Int($0) : nil }
        if numbers.count == entries.count { return .numbered(numbers) }
        guard numbers.isEmpty else {
            throw refusal(
                RefreshAnnotation.repositories, "mixes ids and names; write a name that is a number as owner/name")
        }
        var names: [String] = []
        for entry in entries {
            let parts = entry.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let name = parts.last, parts.allSatisfy(isName) else {
                throw refusal(RefreshAnnotation.repositories, "holds something that is no repository's name")
            }
            names.append(String(name))
        }
        return .named(names)
    }

    private static func readPermissions(_ text: String) throws(RefreshFailure) -> [String: Level] {
        var permissions: [String: Level] = [:]
        for entry in items(text) {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: false).map(trimmed)
            guard parts.count == 2, let level = Level(rawValue: String(parts[1])),
                !parts[0].isEmpty, parts[0].utf8.count <= 64,
                parts[0].utf8.allSatisfy({ isLower($0) || $0 == UInt8(ascii: "_") }),
                permissions.updateValue(level, forKey: String(parts[0])) == nil
            else {
                throw refusal(
                    RefreshAnnotation.permissions, "wants name=read, name=write or name=admin, each name once")
            }
        }
        guard (1...mostPermissions).contains(permissions.count) else {
            throw refusal(RefreshAnnotation.permissions, "wants 1 to \(mostPermissions) permissions")
        }
        return permissions
    }

    private static func refusal(_ annotation: String, _ what: String) -> RefreshFailure {
        RefreshFailure(.invalidScope, "annotation \(annotation) \(what)")
    }

    private static func items(_ text: String) -> [Substring] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// GitHub's own rule for the names of owners and repositories.
    private static func isName(_ text: Substring) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                isDigit($0) || isLower($0 | 0x20) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: ".")
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}
