internal import PodManifests

/// A token that was minted.
struct InstallationToken: Sendable {
    let text: String
    let appID: Int
    let installation: GitHubApp.Installation
    /// The installation's own, or a selection of them.
    let repositories: [String]
    let isSelection: Bool
    let permissions: [String: String]
    /// Seconds since 1970.
    let liveFrom: Int64
    let expiresAt: Int64

    /// Ranks of a permission: who has more has less as well.
    private static let ranks = ["read": 1, "write": 2, "admin": 3]

    /// What a request asks for, checked against what the installation has.
    static func scope(
        _ request: ManifestValue, of installation: GitHubApp.Installation
    ) throws(GitHubProblem) -> (repositories: [String], isSelection: Bool, permissions: [String: String]) {
        var repositories = installation.repositories
        var isSelection = false
        if let names = request["repositories"]?.elements {
            let names = names.compactMap(\.string)
            guard names.allSatisfy(installation.repositories.contains) else { throw .wrongRepository }
            (repositories, isSelection) = (names, true)
        } else if let ids = request["repository_ids"]?.elements {
            let known = installation.repositories.indices
            let positions = ids.compactMap(\.integer).map { $0 - firstRepositoryID }
            guard positions.count == ids.count, positions.allSatisfy(known.contains) else { throw .wrongRepository }
            (repositories, isSelection) = (positions.map { installation.repositories[$0] }, true)
        }
        var permissions = installation.permissions
        if let asked = request["permissions"], asked.isObject {
            for (name, level) in asked.strings {
                guard let wanted = ranks[level], let granted = installation.permissions[name].flatMap({ ranks[$0] }),
                    wanted <= granted
                else { throw .wrongPermission }
            }
            permissions = asked.strings
            permissions["metadata"] = installation.permissions["metadata"]
        }
        return (repositories, isSelection, permissions)
    }

    private static let firstRepositoryID = 1001

    var repositoryList: ManifestValue {
        .array(
            repositories.map { name in
                let position = installation.repositories.firstIndex(of: name) ?? 0
                return [
                    "id": .number(Self.firstRepositoryID + position), "name": .string(name),
                    "full_name": .string("\(installation.account)/\(name)"), "private": .bool(true),
                    "owner": ["login": .string(installation.account)],
                ]
            })
    }

    /// The answer to the request that minted it.
    var answer: ManifestValue {
        var answer: ManifestValue = [
            "token": .string(text), "expires_at": .string(SandboxEnvironment.timestamp(expiresAt)),
            "permissions": .object(
                permissions.sorted { $0.key < $1.key }.map { ManifestMember($0.key, .string($0.value)) }),
            "repository_selection": isSelection ? "selected" : "all",
        ]
        if isSelection { answer.set("repositories", repositoryList) }
        return answer
    }
}
