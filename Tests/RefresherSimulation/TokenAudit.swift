package import PodManifests
import Sandbox
import Synchronization

/// Sees every token that GitHub gives and every write to a Secret, and holds them against the rules that no refresher may
/// break whatever happens.
package final class TokenAudit: Sendable {
    package struct Mint: Sendable {
        package let time: Duration
        package let path: String
        /// By GitHub's clock, in seconds since 1970; an hour after the mint where GitHub says more than two.
        package let expiry: Int64
    }

    /// A token came into a Secret.
    package struct Write: Sendable {
        package let time: Duration
        package let client: String
        package let token: String
        /// What was left of the token before it, by GitHub's clock; nil if there was none that GitHub knows.
        package let lifeLeft: Duration?
    }

    private struct State {
        var mints: [String: Mint] = [:]
        var writes: [String: [Write]] = [:]
        var violations: [String] = []
    }

    static let appSecret = "kelos.dev/github-app-secret"
    static let expiresAt = "kelos.dev/token-expires-at"
    static let apiURL = "kelos.dev/github-api-url"

    private let gitHubTime: @Sendable () -> Int64
    private let simulation: Simulation
    private let state = Mutex(State())

    init(_ simulation: Simulation, gitHubTime: @escaping @Sendable () -> Int64) {
        self.simulation = simulation
        self.gitHubTime = gitHubTime
    }

    /// What went wrong, in sentences; empty when all is well.
    package var violations: [String] { state.withLock { $0.violations } }

    /// Tokens that GitHub gave.
    package var mints: [Mint] {
        state.withLock { $0.mints.values.filter { !$0.path.isEmpty }.sorted { $0.time < $1.time } }
    }

    /// - Parameter secret: `namespace/name`.
    package func writes(of secret: String) -> [Write] { state.withLock { $0.writes[secret] ?? [] } }

    /// What is left of the token in a Secret by GitHub's clock; nil for one that GitHub does not know.
    package func lifeLeft(_ secret: ManifestValue?) -> Duration? {
        guard let secret, let token = Self.token(secret), let mint = state.withLock({ $0.mints[token] }) else {
            return nil
        }
        return .seconds(mint.expiry - gitHubTime())
    }

    /// The least life that any token had left when it was replaced.
    package func leastLife(of secret: String) -> Duration? { writes(of: secret).compactMap(\.lifeLeft).min() }

    // MARK: For the sandbox

    /// A token is known to GitHub, also one that a test has put into an answer.
    package func note(_ token: String, expiry: Int64, path: String = "") {
        let life = expiry - gitHubTime()
        let believed = life > 7200 ? gitHubTime() + 3600 : expiry
        state.withLock { $0.mints[token] = Mint(time: simulation.now, path: path, expiry: believed) }
    }

    /// - Parameter isForeign: by another program, which may change what it likes.
    func changed(_ old: ManifestValue?, _ new: ManifestValue, by client: String, isForeign: Bool) {
        let name = "\(new.namespace)/\(new.name)"
        let (before, after) = (old.flatMap(Self.token), Self.token(new))
        func complain(_ what: String) {
            state.withLock { $0.violations.append("\(simulation.now) \(client) \(name): \(what)") }
        }
        let isNewToken = before != after && after != nil
        if isNewToken, let after {
            let write = Write(time: simulation.now, client: client, token: after, lifeLeft: lifeLeft(old))
            state.withLock { $0.writes[name, default: []].append(write) }
            if let mint = state.withLock({ $0.mints[after] }) {
                if Self.annotation(Self.expiresAt, new) != SandboxEnvironment.timestamp(mint.expiry) {
                    complain("token-expires-at is not when the token expires")
                }
                let earlier = before.flatMap { known in state.withLock { $0.mints[known] } }
                if let earlier, mint.expiry < earlier.expiry { complain("the expiry goes back") }
            } else {
                complain("a token that GitHub never gave")
            }
        }
        guard !isForeign, let old else { return }
        if before != nil, after == nil { complain("the token is gone") }
        let isAdopted = Self.annotation(Self.appSecret, old) == nil
        if !isNewToken, !isAdopted, Self.annotation(Self.expiresAt, old) != Self.annotation(Self.expiresAt, new) {
            complain("token-expires-at changes without the token")
        }
        if Self.rest(old) != Self.rest(new) { complain("something changes that is not ours") }
    }

    private static func token(_ secret: ManifestValue) -> String? {
        secret["data"]?["GITHUB_TOKEN"]?.string.flatMap { Base64Text.decoded($0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private static func annotation(_ name: String, _ secret: ManifestValue) -> String? {
        secret.metadata["annotations"]?[name]?.string
    }

    /// The Secret without what a refresher may write.
    private static func rest(_ secret: ManifestValue) -> ManifestValue {
        var rest = secret
        var annotations = secret.metadata["annotations"] ?? [:]
        for name in [appSecret, expiresAt, apiURL] { annotations.set(name, nil) }
        rest.set(path: ["metadata", "annotations"], annotations)
        for field in ["resourceVersion", "managedFields"] { rest.set(path: ["metadata", field], nil) }
        rest.set(path: ["data", "GITHUB_TOKEN"], nil)
        return rest
    }
}
