internal import PodManifests
internal import TLS

/// The JSON Web Token by which an App says who it is.
enum AppAssertion {
    /// The longest life GitHub accepts, in seconds from its own now.
    private static let longestLife: Int64 = 600

    /// Finds the App that signed a token and checks the token's times.
    static func app(
        _ token: some StringProtocol, among apps: [GitHubApp], now: Int64
    ) throws(GitHubProblem) -> GitHubApp {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = claims(parts[0]), let body = claims(parts[1]),
            let signature = Base64Text.decodedURL(parts[2]), header["alg"] == "RS256"
        else { throw .undecodable }
        let issuer: String
        switch body["iss"] {
        case .string(let text)? where !text.isEmpty: issuer = text
        case .number(let text)?: issuer = text
        default: throw .noIssuer
        }
        guard let app = apps.first(where: { "\($0.id)" == issuer || $0.clientID == issuer }) else { throw .noApp }
        guard app.key.verifiesRS256(signature, of: Array("\(parts[0]).\(parts[1])".utf8)) else { throw .undecodable }
        guard let issued = body["iat"]?.integer, issued <= now else { throw .issuedInFuture }
        guard let expires = body["exp"]?.integer, expires > now else { throw .expired }
        guard Int64(expires) - now <= longestLife else { throw .expiresTooLate }
        return app
    }

    private static func claims(_ part: some StringProtocol) -> ManifestValue? {
        guard let bytes = Base64Text.decodedURL(part), let value = try? ManifestValue(json: bytes), value.isObject
        else {
            return nil
        }
        return value
    }
}
