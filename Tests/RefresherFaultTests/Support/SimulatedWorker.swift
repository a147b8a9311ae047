import GitHubApps
import Kubernetes
import RefresherService
import RefresherSimulation
import Synchronization
import TokenRefresh

/// A refresher in a process of its own.
final class SimulatedWorker: Sendable {
    let replica: SimulatedReplica
    let refresher: TokenRefresher
    let notices: NoticeLog
    private let configuration: RefresherConfiguration

    init(
        _ name: String, on stage: Stage, offset: Duration, rate: Double, tokenFile: TokenFile?,
        _ configuration: RefresherConfiguration
    ) throws {
        self.configuration = configuration
        replica = SimulatedReplica(name, in: stage.sandbox, offset: offset, rate: rate)
        notices = NoticeLog(replica.process)
        let kubernetes = try replica.makeClient(
            observer: notices, credential: tokenFile.map { .tokenFile($0.path) } ?? .none,
            readFile: { _ in tokenFile?.bytes ?? [] })
        let missedPods = MissedPods(
            configuration, systemNamespace: nil, kubernetes: kubernetes, clock: replica.clock, observer: notices)
        refresher = TokenRefresher(
            configuration, kubernetes: kubernetes, gitHub: replica.transport, clock: replica.clock, observer: notices,
            seed: stage.simulation.random(), duties: [missedPods])
    }

    var process: SimulatedProcess { replica.process }
    var name: String { process.name }

    func start() {
        process.start { [refresher] in await refresher.run() }
    }

    /// What a Deployment puts into the place of one that is gone: a pod with another name.
    func successor(on stage: Stage) throws -> SimulatedWorker {
        let parts = name.split(separator: "-")
        let successor = "\(parts[0])-\((parts.last.flatMap { Int($0) } ?? 1) + 1)"
        var configuration = configuration
        configuration.instance = successor
        configuration.election?.identity = successor
        let worker = try SimulatedWorker(
            successor, on: stage, offset: .zero, rate: 1, tokenFile: nil, configuration)
        worker.start()
        return worker
    }
}

/// The service account's token, as the kubelet puts it into a pod.
final class TokenFile: Sendable {
    let path = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    private let text: Mutex<String>

    init(_ text: String) { self.text = Mutex(text) }

    var bytes: [UInt8] { text.withLock { Array($0.utf8) } }

    func replace(by other: String) { text.withLock { $0 = other } }
}

/// What a worker told, and when. A dead one tells nothing.
final class NoticeLog: RefresherObserver, KubernetesObserver {
    private let process: SimulatedProcess
    private let entries = Mutex<[(time: Duration, notice: RefresherNotice)]>([])

    init(_ process: SimulatedProcess) { self.process = process }

    var all: [(time: Duration, notice: RefresherNotice)] { entries.withLock { $0 } }

    func observe(_ notice: RefresherNotice) {
        guard !process.isDead else { return }
        entries.withLock { $0.append((process.simulation.now, notice)) }
    }

    func requestFinished(code: String, method: String, host: String) {}

    /// Failures of a Secret's refresh, in order.
    func failures(_ name: String) -> [(time: Duration, failure: RefreshFailure, isLatched: Bool, retryAfter: Duration)]
    {
        all.compactMap { entry in
            guard case .failed(let key, let failure, let isLatched, let retryAfter) = entry.notice, key.name == name
            else { return nil }
            return (entry.time, failure, isLatched, retryAfter)
        }
    }

    var refreshed: Int { all.count { if case .refreshed = $0.notice { true } else { false } } }
}

extension Stage {
    /// A worker that leads without an election, unless told otherwise.
    @discardableResult
    func startWorker(
        _ name: String = "worker", offset: Duration = .zero, rate: Double = 1, tokenFile: TokenFile? = nil,
        _ change: (inout RefresherConfiguration) throws -> Void = { _ in }
    ) throws -> SimulatedWorker {
        let trusted = try TrustedHosts(api: .gitHub)
        var configuration = RefresherConfiguration(
            endpoints: EndpointChoice(standard: .gitHub, trusted: trusted), instance: name)
        try change(&configuration)
        let worker = try SimulatedWorker(
            name, on: self, offset: offset, rate: rate, tokenFile: tokenFile, configuration)
        worker.start()
        return worker
    }

    /// A worker that takes part in an election.
    func startReplica(_ name: String, rate: Double = 1) throws -> SimulatedWorker {
        try startWorker(name, rate: rate) { configuration in
            configuration.election = RefresherConfiguration.Election(
                lease: Kubernetes.ObjectKey(namespace: Stage.namespace, name: "kelos-token-refresher"), identity: name)
        }
    }
}
