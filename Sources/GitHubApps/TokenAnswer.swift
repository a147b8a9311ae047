import RawJSON
import TokenRefresh

extension JSONLimits {
    /// An answer lists whole repositories, of some hundred values each.
    static var gitHubAnswer: JSONLimits {
        var limits = JSONLimits()
        limits.documentBytes = 8 << 20
        limits.depth = 32
        return limits
    }
}

/// Reads the 201 of "Create an installation access token for an app".
enum TokenAnswer {
    /// Tokens are 40 or about 520 characters; a longer one than this is none. Its form is GitHub's own business.
    private static let longestToken = 4096

    /// - Parameters:
    ///   - scope: what was asked for; an answer that allows more is refused.
    ///   - now: by the server's clock, where it is known.
    static func read(
        _ body: [UInt8], scope: TokenScope, at now: Timestamp
    ) throws(RefreshFailure) -> (token: SecretText, expiry: Timestamp) {
        var index = JSONIndex(limits: .gitHubAnswer)
        let root: JSONValue
        do throws(RawJSONError) {
            root = try index.read(unsafe body.span.bytes)
        } catch {
            throw RefreshFailure(.unusableAnswer, "GitHub's answer to minting a token is not JSON")
        }
        guard let token = root.member("token")?.string, isToken(token) else {
            throw RefreshFailure(.unusableAnswer, "GitHub's answer to minting a token holds none")
        }
        let expiry = try ExpiryRule.accept(root.member("expires_at")?.string, at: now)
        if let asked = scope.permissions { try checkPermissions(root, asked) }
        try checkRepositories(root, scope.repositories)
        return (SecretText(token), expiry)
    }

    /// It goes into a header field and a file, so nothing may be in it that would end either.
    private static func isToken(_ text: String) -> Bool {
        (1...longestToken).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private static func checkPermissions(
        _ root: borrowing JSONValue, _ asked: [String: TokenScope.Level]
    ) throws(RefreshFailure) {
        guard let given = root.field("permissions"), given.isObject else {
            throw wider("the answer does not say which permissions it has")
        }
        var members = given.members
        while let member = members.nextMember() {
            // Every token may read metadata; GitHub adds it unasked.
            let name = member.key.string ?? ""
            let level = (member.value.string).flatMap(TokenScope.Level.init(rawValue:))
            let allowed = asked[name] ?? (name == "metadata" ? .read : nil)
            guard let level, let allowed, level <= allowed else {
                throw wider("it has a permission that was not asked for")
            }
        }
    }

    private static func checkRepositories(
        _ root: borrowing JSONValue, _ asked: TokenScope.Repositories
    ) throws(RefreshFailure) {
        guard asked != .all else { return }
        guard let given = root.field("repositories"), given.isArray else {
            throw wider("the answer does not say for which repositories it is")
        }
        var elements = given.elements
        while let repository = elements.nextElement() {
            let isAsked =
                switch asked {
                case .all: true
                case .named(let names): holds(names, repository.member("name")?.string)
                case .numbered(let numbers): repository.member("id")?.integer.map(numbers.contains) ?? false
                }
            guard isAsked else { throw wider("it is for a repository that was not asked for") }
        }
    }

    /// GitHub's names do not differ by case alone.
    private static func holds(_ names: [String], _ name: String?) -> Bool {
        guard let name = name?.lowercased() else { return false }
        return names.contains { $0.lowercased() == name }
    }

    private static func wider(_ what: String) -> RefreshFailure {
        RefreshFailure(.widerThanAsked, "GitHub's token is wider than asked for: \(what)")
    }
}
