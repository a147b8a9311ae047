internal import PodManifests

/// What an installation's token is used for once it is minted: as much of the REST and GraphQL APIs as gh asks when it
/// looks at an account or a repository. GraphQL is not interpreted: an answer holds more than was asked for.
enum RepositoryAnswers {
    /// - Parameter path: without `api/v3`; GraphQL is at `graphql`, on a GitHub Enterprise Server at `api/graphql`.
    static func answer(
        _ request: SandboxRequest, _ path: [String], _ token: InstallationToken
    ) throws(GitHubProblem) -> WholeAnswer {
        switch (request.method, path.first, path.count) {
        case ("GET", nil, 0):
            return WholeAnswer(200, ["current_user_url": "/user", "repository_url": "/repos/{owner}/{repo}"])
        case ("GET", "user", 1):
            throw .noUser
        case ("GET", "repos", 3):
            guard path[1] == token.installation.account,
                let repository = token.repositoryList.elements?.first(where: { $0["name"]?.string == path[2] })
            else { throw .notFound }
            return WholeAnswer(200, repository)
        case ("POST", "graphql", 1),
            ("POST", "api", 2) where path.last == "graphql":
            return WholeAnswer(200, try graph(request, token))
        default:
            throw .notFound
        }
    }

    private static func graph(
        _ request: SandboxRequest, _ token: InstallationToken
    ) throws(GitHubProblem) -> ManifestValue {
        guard let asked = try? ManifestValue(json: request.body), let query = asked["query"]?.string else {
            throw .unreadable
        }
        let variables = asked["variables"]
        if let owner = variables?["owner"]?.string, let name = (variables?["name"] ?? variables?["repo"])?.string {
            guard owner == token.installation.account, token.repositories.contains(name) else {
                return [
                    "data": ["repository": .null],
                    "errors": [
                        [
                            "type": "NOT_FOUND", "path": ["repository"],
                            "message": .string("Could not resolve to a Repository with the name '\(owner)/\(name)'."),
                        ]
                    ],
                ]
            }
            return ["data": ["repository": repository(owner, name)]]
        }
        if query.contains("viewer") { return ["data": ["viewer": ["login": .string("app-\(token.appID)[bot]")]]] }
        return ["errors": [["message": "The sandbox does not know this query."]]]
    }

    private static func repository(_ owner: String, _ name: String) -> ManifestValue {
        let none: ManifestValue = [
            "totalCount": .number(0), "nodes": [], "pageInfo": ["hasNextPage": .bool(false), "endCursor": ""],
        ]
        return [
            "id": .string("R_\(name)"), "name": .string(name), "nameWithOwner": .string("\(owner)/\(name)"),
            "owner": ["id": .string("O_\(owner)"), "login": .string(owner)],
            "description": "A repository of the sandbox", "isPrivate": .bool(true), "hasIssuesEnabled": .bool(true),
            "defaultBranchRef": ["name": "main"], "viewerPermission": "WRITE", "pullRequests": none, "issues": none,
        ]
    }
}
