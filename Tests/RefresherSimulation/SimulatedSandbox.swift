package import PodManifests
package import Sandbox
import Synchronization

/// A Kubernetes API and GitHub in virtual time, with fault scripts, a log of all requests, and an audit of the tokens.
package final class SimulatedSandbox: Sendable {
    package struct Settings: Sendable {
        package var kubernetes = KubernetesAPI.Settings()
        package var gitHub = GitHubAPI.Settings()
        package var apps: [GitHubApp] = []
        /// Processes whose writes need not be those of a refresher.
        package var foreigners: Set<String> = []

        package init() {
            // As real API servers do.
            kubernetes.bookmarkSeconds = 60
        }
    }

    package static let kubernetesHost = "kubernetes.test"
    package static let gitHubHost = "api.github.com"

    package let simulation: Simulation
    package let kubernetes: KubernetesAPI
    package let gitHub: GitHubAPI
    package let kubernetesFaults: FaultyService
    package let gitHubFaults: FaultyService
    package let log = RequestLog()
    package let audit: TokenAudit
    private let foreigners: Set<String>
    private let gitHubClock: GitHubClock
    private let nextTick = Mutex<Simulation.Timer?>(nil)

    package init(_ simulation: Simulation, _ settings: Settings = Settings()) {
        let random: @Sendable () -> UInt64 = { simulation.random() }
        let later: FaultyService.Later = { milliseconds, action in
            simulation.after(.milliseconds(milliseconds), action)
        }
        let gitHubClock = GitHubClock(simulation)
        self.simulation = simulation
        self.gitHubClock = gitHubClock
        foreigners = settings.foreigners
        audit = TokenAudit(simulation) { gitHubClock.seconds }
        kubernetes = KubernetesAPI(
            settings: settings.kubernetes,
            environment: SandboxEnvironment(now: { Self.seconds(simulation) }, random: random))
        gitHub = GitHubAPI(
            apps: settings.apps, settings: settings.gitHub,
            environment: SandboxEnvironment(now: { gitHubClock.seconds }, random: random))
        kubernetesFaults = FaultyService(kubernetes, later: later)
        gitHubFaults = FaultyService(MintWitness(gitHub, audit), later: later)
    }

    /// How far GitHub's clock is ahead of the world's.
    package var gitHubSkew: Duration {
        get { gitHubClock.skew.withLock { $0 } }
        set { gitHubClock.skew.withLock { $0 = newValue } }
    }

    package func secret(_ name: String, in namespace: String = "default") -> ManifestValue? {
        kubernetes.object(.secrets, namespace, name)
    }

    /// All objects at the path of a list.
    package func objects(_ path: String) throws -> [ManifestValue] {
        let answer = kubernetes.answer(SandboxRequest("GET", path)).whole
        return try ManifestValue(json: answer?.body ?? [])["items"]?.elements ?? []
    }

    /// What a service answers; nil for a host that there is not.
    func answer(_ request: SandboxRequest, host: String, from client: String, logged place: Int) -> SandboxAnswer? {
        let answer: SandboxAnswer
        switch host {
        case Self.kubernetesHost: answer = audited(request, from: client)
        case Self.gitHubHost: answer = gitHubFaults.answer(request)
        default: return nil
        }
        log.answered(place, status: answer.status)
        return answer
    }

    private func audited(_ request: SandboxRequest, from client: String) -> SandboxAnswer {
        let segments = request.segments
        guard request.method != "GET", segments.count == 6, segments[4] == "secrets" else {
            defer { if request.isWatch { setTick() } }
            return kubernetesFaults.answer(request)
        }
        let before = secret(segments[5], in: segments[3])
        let answer = kubernetesFaults.answer(request)
        if let after = secret(segments[5], in: segments[3]), after != before {
            audit.changed(before, after, by: client, isForeign: foreigners.contains(client))
        }
        return answer
    }

    /// Bookmarks and the ends of watches.
    private func setTick() {
        let timer = kubernetes.nextTick.map { next in
            simulation.after(.seconds(next) - Simulation.epoch - simulation.now) {
                self.kubernetes.tick()
                self.setTick()
            }
        }
        let old = nextTick.withLock { known in
            defer { known = timer }
            return known
        }
        if let old { simulation.cancel(old) }
    }

    fileprivate static func seconds(_ simulation: Simulation) -> Int64 {
        (Simulation.epoch + simulation.now).components.seconds
    }
}

/// GitHub's own time.
private final class GitHubClock: Sendable {
    let skew = Mutex(Duration.zero)
    private let simulation: Simulation

    init(_ simulation: Simulation) { self.simulation = simulation }

    var seconds: Int64 { SimulatedSandbox.seconds(simulation) + skew.withLock { $0 }.components.seconds }
}

extension SandboxAnswer {
    fileprivate var status: UInt16 {
        switch self {
        case .whole(let answer): answer.status
        case .open: 200
        case .later: 0
        }
    }
}
