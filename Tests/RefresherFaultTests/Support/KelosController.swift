import GitHubApps
import HTTPTransport
import PodManifests
import RefresherSimulation
import Sandbox
import TLS
import TokenRefresh

/// Kelos's own refresher at work on the same Secrets (task_controller.go, session_controller.go): a margin without jitter,
/// a mint of its own that it does not try, and an update of the whole object.
struct KelosController: Sendable {
    static let name = "kelos"
    static let fingerprint = "kelos.dev/github-token-mint-fingerprint"

    let replica: SimulatedReplica
    var margin = Duration.seconds(300)
    /// As for Sessions: what others have annotated is thrown away.
    var replacesAnnotations = false
    private static let interval = Duration.seconds(30)

    init(on stage: Stage) {
        replica = SimulatedReplica(Self.name, in: stage.sandbox)
    }

    /// Cares for Secrets until the task is cancelled.
    func start(_ names: [String]) {
        replica.process.start {
            await withTaskGroup { group in
                for name in names {
                    group.addTask {
                        while !Task.isCancelled {
                            let wait = (try? await reconcile(name)) ?? Self.interval
                            try? await replica.clock.pause(for: max(wait, .seconds(1)))
                        }
                    }
                }
            }
        }
    }

    /// - Returns: when to look again.
    private func reconcile(_ name: String) async throws -> Duration {
        var secret = try await get(name)
        let now = Timestamp(milliseconds: replica.clock.unixTime().wholeMilliseconds)
        let expiry = secret.metadata["annotations"]?[RefreshAnnotation.expiresAt]?.string.flatMap {
            Timestamp(rfc3339: $0)
        }
        if let expiry, now < expiry - margin { return expiry - margin - now }
        let minted = try await mint(at: now)
        var annotations: ManifestValue = replacesAnnotations ? [:] : secret.metadata["annotations"] ?? [:]
        annotations.set(RefreshAnnotation.appSecret, .string(Stage.source))
        annotations.set(RefreshAnnotation.expiresAt, .string(minted.expiry.rfc3339))
        annotations.set(Self.fingerprint, "0123456789abcdef")
        secret.set(path: ["metadata", "annotations"], annotations)
        let token = Base64Text.encoded(Array(minted.token.revealed.utf8))
        secret.set(path: ["data", "GITHUB_TOKEN"], .string(token))
        try await put(secret)
        return minted.expiry - margin - now
    }

    private func mint(at now: Timestamp) async throws -> MintedToken {
        let key = try RSASigningKey(pem: Stage.key.get())
        let tokens = InstallationTokens(
            transport: replica.transport, agent: "kelos", now: { now }, pause: { _ in })
        let credentials = try AppCredentials(
            appID: Array("\(Stage.app)".utf8), installationID: Array("\(Stage.firstInstallation)".utf8))
        let order = InstallationTokens.Order(
            credentials: credentials, signer: AppSigner { try key.signature(over: $0) }, api: .gitHub)
        switch await tokens.mint(order, verifying: false).outcome {
        case .minted(let token): return token
        case .failed(let failure): throw failure
        }
    }

    private func get(_ name: String) async throws -> ManifestValue {
        let answer = try await replica.transport.send(OutgoingRequest("GET", url(name)))
        guard answer.status == 200 else { throw Refused(status: answer.status) }
        return try ManifestValue(json: answer.body)
    }

    private func put(_ secret: ManifestValue) async throws {
        let answer = try await replica.transport.send(
            OutgoingRequest("PUT", url(secret.name), body: JSONWriter.compact(secret)))
        guard answer.status == 200 else { throw Refused(status: answer.status) }
    }

    private func url(_ name: String) -> String {
        "https://\(SimulatedSandbox.kubernetesHost)\(Stage.path("secrets", name))"
    }

    private struct Refused: Error {
        let status: Int
    }
}
