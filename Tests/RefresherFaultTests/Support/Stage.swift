import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import TLS
import Testing
import TokenRefresh

/// A cluster with a GitHub App, GitHub, and the workers that a test puts there.
final class Stage: Sendable {
    /// Of the one App there is. Making keys is slow, so all stages share them.
    static let key = Result { try RSAPublicKey.makePrivateKey() }
    /// What it is replaced with where a test rotates it.
    static let nextKey = Result { try RSAPublicKey.makePrivateKey() }

    static let app = 12345
    static let firstInstallation = 67890
    static let source = "github-app"
    static let namespace = "default"

    let simulation: Simulation
    let sandbox: SimulatedSandbox

    /// - Parameter installations: of the App, numbered from the first.
    init(
        seed: UInt64 = 1, installations: Int = 1, _ change: (inout SimulatedSandbox.Settings) -> Void = { _ in }
    ) throws {
        simulation = Simulation(seed: seed)
        var settings = SimulatedSandbox.Settings()
        settings.apps = [try Self.app(key: Self.key.get(), installations: installations)]
        change(&settings)
        sandbox = SimulatedSandbox(simulation, settings)
        try addSource()
    }

    static func app(
        key: [UInt8], installations: Int = 1, _ change: (inout GitHubApp.Installation) -> Void = { _ in }
    ) throws -> GitHubApp {
        let installations = (0..<installations).map { number in
            var installation = GitHubApp.Installation(id: firstInstallation + number)
            change(&installation)
            return installation
        }
        return GitHubApp(
            id: app, clientID: "Iv1.\(app)", key: try RSAPublicKey(pem: key), installations: installations)
    }

    /// Seconds since 1970 by the world's clock.
    var unixSeconds: Int64 { (Simulation.epoch + simulation.now).components.seconds }

    // MARK: Time

    func run(for span: Duration) throws { try simulation.run(for: span) }

    func run(atMost limit: Duration, until isSo: () -> Bool) throws {
        try simulation.run(atMost: limit, until: isSo)
    }

    /// Ends all processes, and finds that none broke a rule that always holds.
    func finish(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try simulation.finish()
        #expect(sandbox.audit.violations == [], "seed \(simulation.seed)", sourceLocation: sourceLocation)
        for event in try sandbox.objects("/api/v1/events") {
            let text = event["message"]?.string ?? ""
            #expect(!text.contains("ghs_") && !text.contains("PRIVATE KEY"), sourceLocation: sourceLocation)
        }
    }

    // MARK: What is stored

    /// - Parameter name: of the Secret.
    func token(_ name: String, in namespace: String = Stage.namespace) -> String? {
        sandbox.secret(name, in: namespace)?["data"]?["GITHUB_TOKEN"]?.string.flatMap { Base64Text.decoded($0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    func annotations(_ name: String) -> [String: String] {
        sandbox.secret(name)?.metadata["annotations"]?.strings ?? [:]
    }

    func lifeLeft(_ name: String) -> Duration? { sandbox.audit.lifeLeft(sandbox.secret(name)) }

    func writes(_ name: String) -> [TokenAudit.Write] { sandbox.audit.writes(of: "\(Stage.namespace)/\(name)") }

    /// Messages of the Events of a reason, `count` times each.
    func events(_ reason: RefreshEvent.Reason) throws -> [ManifestValue] {
        try sandbox.objects("/api/v1/namespaces/\(Stage.namespace)/events").filter {
            $0["reason"]?.string == reason.rawValue
        }
    }
}
