internal import PodManifests

/// An error answer in GitHub's form.
struct GitHubProblem: Error, Equatable {
    let status: UInt16
    let message: String

    init(_ status: UInt16, _ message: String) {
        self.status = status
        self.message = message
    }

    var answer: WholeAnswer {
        WholeAnswer(
            status,
            [
                "message": .string(message), "documentation_url": "https://docs.github.com/rest",
                "status": .string("\(status)"),
            ])
    }

    // The sentences are GitHub's own: clients tell failures apart by them (octokit/auth-app.js src/hook.ts).
    static let undecodable = GitHubProblem(401, "A JSON web token could not be decoded")
    static let noIssuer = GitHubProblem(401, "Missing 'issuer' claim ('iss') in assertion")
    static let issuedInFuture = GitHubProblem(
        401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
    static let expired = GitHubProblem(
        401,
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion "
            + "expires")
    static let expiresTooLate = GitHubProblem(401, "'Expiration time' claim ('exp') is too far in the future")
    static let noApp = GitHubProblem(404, "Integration not found")
    static let notFound = GitHubProblem(404, "Not Found")
    static let suspended = GitHubProblem(403, "This installation has been suspended")
    /// What an App's token is told where it takes a person.
    static let noUser = GitHubProblem(403, "Resource not accessible by integration")
    static let badCredentials = GitHubProblem(401, "Bad credentials")
    static let wrongRepository = GitHubProblem(
        422,
        "There is at least one repository that does not exist or is not accessible to the parent installation.")
    static let wrongPermission = GitHubProblem(
        422, "The permissions requested are not granted to this installation.")
    static let unreadable = GitHubProblem(400, "Problems parsing JSON")
}
