internal import PodManifests
internal import Synchronization

/// GitHub's API as far as Apps use it to get installation tokens, and gh to use them, under `/` and `/api`.
package final class GitHubAPI: SandboxService {
    package enum TokenFormat: String, Sendable, CaseIterable {
        /// `ghs_` and 36 letters and digits.
        case short
        /// `ghs_`, the App's number and a JSON Web Token: about 520 characters, with dots, dashes and underscores.
        case long
    }

    package struct Settings: Sendable {
        package var tokenSeconds: Int64 = 3600
        package var format = TokenFormat.long
        /// For how long a fresh token is not yet known everywhere.
        package var activationSeconds: Int64 = 0
        /// Requests an hour of one App or installation.
        package var hourlyLimit = 5000
        /// Tokens a minute of one App: 900 points of 5 each.
        package var mintsPerMinute = 180

        package init() {}
    }

    private struct State {
        var apps: [GitHubApp]
        var tokens: [String: InstallationToken] = [:]
        var primary: [Int: RateWindow] = [:]
        var mints: [Int: RateWindow] = [:]
        var minted: [Int: Int] = [:]
    }

    /// The pause GitHub asks for at its secondary limit.
    private static let secondaryPause = 60

    private let settings: Settings
    private let environment: SandboxEnvironment
    private let state: Mutex<State>

    package init(apps: [GitHubApp], settings: Settings = Settings(), environment: SandboxEnvironment) {
        self.settings = settings
        self.environment = environment
        state = Mutex(State(apps: apps))
    }

    /// Adds an App, or replaces the one of its number: its key is then another.
    package func register(_ app: GitHubApp) {
        state.withLock { state in
            state.apps.removeAll { $0.id == app.id }
            state.apps.append(app)
        }
    }

    /// How many tokens an installation was given.
    package func minted(_ installation: Int) -> Int { state.withLock { $0.minted[installation] ?? 0 } }

    package func answer(_ request: SandboxRequest) -> SandboxAnswer {
        let now = environment.now()
        var answer = state.withLock { state -> WholeAnswer in
            var quota: RateWindow?
            var answer: WholeAnswer
            do throws(GitHubProblem) {
                answer = try served(request, &state, &quota, now)
            } catch {
                answer = error.answer
                if error.message.contains("secondary rate limit") {
                    answer.fields.append(("retry-after", "\(Self.secondaryPause)"))
                }
            }
            if let quota {
                answer.fields += [
                    ("x-ratelimit-limit", "\(quota.limit)"), ("x-ratelimit-remaining", "\(quota.remaining)"),
                    ("x-ratelimit-reset", "\(quota.reset)"), ("x-ratelimit-resource", "core"),
                    ("x-ratelimit-used", "\(min(quota.used, quota.limit))"),
                ]
            }
            return answer
        }
        answer.fields.append(("date", HTTPDate.text(now)))
        answer.fields.append(("x-github-request-id", environment.letters(16)))
        return .whole(answer)
    }

    private func served(
        _ request: SandboxRequest, _ state: inout State, _ quota: inout RateWindow?, _ now: Int64
    ) throws(GitHubProblem) -> WholeAnswer {
        var path = request.segments
        if path.starts(with: ["api", "v3"]) { path.removeFirst(2) }
        if path == ["sandbox", "apps"], request.method == "POST" { return try register(request, &state) }
        if path == ["sandbox", "minted"], request.method == "GET" {
            let counts = state.minted.sorted { $0.key < $1.key }
            return WholeAnswer(200, .object(counts.map { ManifestMember("\($0.key)", .number($0.value)) }))
        }
        let credential = Self.credential(request)
        if path.first == "app" {
            let app = try AppAssertion.app(credential, among: state.apps, now: now)
            return try servedApp(request, Array(path.dropFirst()), app, &state, &quota, now)
        }
        guard let token = state.tokens[credential], token.liveFrom <= now, now < token.expiresAt else {
            throw .badCredentials
        }
        try Self.charge(token.installation.id, settings.hourlyLimit, &state, &quota, now)
        switch (request.method, path) {
        case ("GET", ["installation", "repositories"]):
            return WholeAnswer(
                200,
                [
                    "total_count": .number(token.repositories.count),
                    "repository_selection": token.isSelection ? "selected" : "all",
                    "repositories": token.repositoryList,
                ])
        case ("DELETE", ["installation", "token"]):
            state.tokens[credential] = nil
            return WholeAnswer(status: 204, contentType: "", body: [])
        case ("GET", ["rate_limit"]):
            let core: ManifestValue = [
                "limit": .number(settings.hourlyLimit), "remaining": .number(quota?.remaining ?? 0),
                "reset": .number(quota?.reset ?? 0), "used": .number(quota?.used ?? 0),
            ]
            return WholeAnswer(200, ["resources": ["core": core], "rate": core])
        default: return try RepositoryAnswers.answer(request, path, token)
        }
    }

    private func servedApp(
        _ request: SandboxRequest, _ path: [String], _ app: GitHubApp, _ state: inout State,
        _ quota: inout RateWindow?, _ now: Int64
    ) throws(GitHubProblem) -> WholeAnswer {
        try Self.charge(-app.id, settings.hourlyLimit, &state, &quota, now)
        if path.isEmpty, request.method == "GET" {
            return WholeAnswer(200, ["id": .number(app.id), "client_id": .string(app.clientID)])
        }
        guard path.count >= 2, path[0] == "installations", let id = Int(path[1]),
            let installation = app.installations.first(where: { $0.id == id })
        else { throw .notFound }
        if path.count == 2, request.method == "GET" {
            return WholeAnswer(
                200,
                [
                    "id": .number(id), "app_id": .number(app.id),
                    "account": ["login": .string(installation.account)],
                    "suspended_at": installation.isSuspended ? "2026-01-01T00:00:00Z" : .null,
                ])
        }
        guard path.count == 3, path[2] == "access_tokens", request.method == "POST" else { throw .notFound }
        if installation.isSuspended { throw .suspended }
        if !state.mints[app.id, default: RateWindow(limit: settings.mintsPerMinute, seconds: 60)].admit(now: now) {
            throw GitHubProblem(
                403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
        }
        let token = try mint(request, app, installation, now)
        state.tokens[token.text] = token
        state.minted[id, default: 0] += 1
        // Tokens are kept a while behind their end only, so that a long run does not grow.
        if state.minted[id, default: 0] % 1000 == 0 { state.tokens = state.tokens.filter { $0.value.expiresAt > now } }
        return WholeAnswer(201, token.answer)
    }

    private static func charge(
        _ holder: Int, _ limit: Int, _ state: inout State, _ quota: inout RateWindow?, _ now: Int64
    ) throws(GitHubProblem) {
        let isAdmitted = state.primary[holder, default: RateWindow(limit: limit, seconds: 3600)].admit(now: now)
        quota = state.primary[holder]
        guard isAdmitted else {
            throw GitHubProblem(403, "API rate limit exceeded for installation ID \(abs(holder)).")
        }
    }

    private func mint(
        _ request: SandboxRequest, _ app: GitHubApp, _ installation: GitHubApp.Installation, _ now: Int64
    ) throws(GitHubProblem) -> InstallationToken {
        var wish: ManifestValue = [:]
        if !request.body.isEmpty {
            guard let read = try? ManifestValue(json: request.body), read.isObject else { throw .unreadable }
            wish = read
        }
        let scope = try InstallationToken.scope(wish, of: installation)
        let wished = request.fields["x-github-stateless-s2s-token"]
        let isLong = wished == "enabled" || (wished != "disabled" && settings.format == .long)
        return InstallationToken(
            text: isLong ? longToken(app.id) : "ghs_" + environment.letters(36, of: Self.letters), appID: app.id,
            installation: installation, repositories: scope.repositories, isSelection: scope.isSelection,
            permissions: scope.permissions, liveFrom: now + settings.activationSeconds,
            expiresAt: now + settings.tokenSeconds)
    }

    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    private func longToken(_ app: Int) -> String {
        let alphabet = Self.letters + "-_"
        let parts = [36, 124, 342].map { environment.letters($0, of: alphabet) }
        return "ghs_\(app)_" + parts.joined(separator: ".")
    }

    private func register(_ request: SandboxRequest, _ state: inout State) throws(GitHubProblem) -> WholeAnswer {
        do {
            let app = try GitHubApp(try ManifestValue(json: request.body))
            state.apps.removeAll { $0.id == app.id }
            state.apps.append(app)
            return WholeAnswer(200, ["id": .number(app.id)])
        } catch {
            throw .unreadable
        }
    }

    /// The token of `Bearer` and `token` credentials; both are in use.
    private static func credential(_ request: SandboxRequest) -> String {
        let words = request.authorization.split(separator: " ")
        guard words.count == 2, ["bearer", "token"].contains(words[0].lowercased()) else { return "" }
        return String(words[1])
    }
}
