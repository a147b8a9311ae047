import HTTPTransport
import RawJSON
import TokenRefresh

/// The requests to GitHub, as bytes and fields.
enum TokenRequest {
    /// One exchange with GitHub, connecting included.
    static let timeout: Duration = .seconds(10)
    private static let answerLimit = 1 << 20
    /// A repository in the answer, generously.
    private static let answerPerRepository = 8 << 10

    /// "Create an installation access token for an app".
    static func mint(
        _ credentials: AppCredentials, api: GitHubAPI, scope: TokenScope, jwt: SecretText, agent: String
    ) -> OutgoingRequest {
        let body = body(scope)
        var fields = fields(jwt, agent)
        if !body.isEmpty { fields.append(("content-type", "application/json")) }
        let listed =
            switch scope.repositories {
            case .all: 0
            case .named(let names): names.count
            case .numbered(let numbers): numbers.count
            }
        return OutgoingRequest(
            "POST", "\(api.url)/app/installations/\(credentials.installationID)/access_tokens", fields: fields,
            body: body, timeout: timeout, responseLimit: answerLimit + listed * answerPerRepository)
    }

    /// "List repositories accessible to the app installation", one of them. Every installation token may ask this,
    /// whatever its permissions, since it needs none but `metadata: read`, which each has; an answer of 200 says that
    /// the token is known and works on the installation. `/rate_limit` would say less, and a GitHub Enterprise Server
    /// without rate limits answers it with 404.
    static func verify(api: GitHubAPI, token: SecretText, agent: String) -> OutgoingRequest {
        OutgoingRequest(
            "GET", "\(api.url)/installation/repositories?per_page=1", fields: fields(token, agent), timeout: timeout,
            responseLimit: answerLimit)
    }

    private static func fields(_ bearer: SecretText, _ agent: String) -> [(name: String, value: String)] {
        [
            ("accept", "application/vnd.github+json"), ("authorization", "Bearer \(bearer.revealed)"),
            ("user-agent", agent), ("x-github-api-version", "2022-11-28"),
        ]
    }

    /// Empty where nothing is narrowed: no body at all is what asks for the whole installation.
    static func body(_ scope: TokenScope) -> [UInt8] {
        var members: [[UInt8]] = []
        switch scope.repositories {
        case .all: break
        case .named(let names):
            members.append(list(Array(#""repositories":["#.utf8), names) { body, name in body.append(quoted: name) })
        case .numbered(let numbers):
            members.append(list(Array(#""repository_ids":["#.utf8), numbers) { $0.append(decimal: $1) })
        }
        if let permissions = scope.permissions {
            var member = Array(#""permissions":{"#.utf8)
            for (place, permission) in permissions.sorted(by: { $0.key < $1.key }).enumerated() {
                if place > 0 { member.append(",") }
                member.append(quoted: permission.key)
                member.append(":")
                member.append(quoted: permission.value.rawValue)
            }
            members.append(member + [UInt8(ascii: "}")])
        }
        guard !members.isEmpty else { return [] }
        return [UInt8(ascii: "{")] + Array(members.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "}")]
    }

    private static func list<Item>(
        _ opening: [UInt8], _ items: [Item], _ write: (inout [UInt8], Item) -> Void
    ) -> [UInt8] {
        var list = opening
        for (place, item) in items.enumerated() {
            if place > 0 { list.append(",") }
            write(&list, item)
        }
        return list + [UInt8(ascii: "]")]
    }
}
