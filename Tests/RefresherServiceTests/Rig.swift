import GitHubApps
import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Synchronization
import TLS
import TokenRefresh

/// A sandbox with one GitHub App, in virtual time, and a worker in it.
final class Rig: Sendable {
    static let app = 12345
    static let installation = 67890
    /// Where the product itself runs.
    static let systemNamespace = "kelos-token-system"
    /// Making a key is slow, so all tests share two.
    private static let keys = Result { [try RSAPublicKey.makePrivateKey(), try RSAPublicKey.makePrivateKey()] }

    let simulation: Simulation
    let sandbox: SimulatedSandbox
    let notices = Notices()

    init(seed: UInt64 = 1, _ change: (inout SimulatedSandbox.Settings) -> Void = { _ in }) throws {
        simulation = Simulation(seed: seed)
        var settings = SimulatedSandbox.Settings()
        change(&settings)
        settings.apps = [try Self.gitHubApp(key: 0)]
        sandbox = SimulatedSandbox(simulation, settings)
    }

    deinit { try? simulation.finish() }

    static func pem(_ key: Int) throws -> [UInt8] { try keys.get()[key] }

    static func gitHubApp(key: Int) throws -> GitHubApp {
        GitHubApp(
            id: app, clientID: "Iv1.12345", key: try RSAPublicKey(pem: try pem(key)),
            installations: [GitHubApp.Installation(id: installation)])
    }

    /// Tokens that GitHub gave.
    var minted: Int { sandbox.gitHub.minted(Self.installation) }

    /// Requests for a token, the refused ones too.
    var mintRequests: Int { sandbox.log.requests { $0.isMint }.count }

    // MARK: Objects

    func add(_ object: ManifestValue) throws { try sandbox.kubernetes.add(object) }

    func addSource(_ name: String = "github-app", key: Int = 0) throws {
        try add([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name)],
            "stringData": [
                "appID": .string("\(Self.app)"), "installationID": .string("\(Self.installation)"),
                "privateKey": .string(String(decoding: try Self.pem(key), as: UTF8.self)),
            ],
        ])
    }

    /// - Parameter life: left of the token in it; nil makes none.
    func addSecret(
        _ name: String = "token", life: Duration?, annotations more: ManifestValue = [:], owners: ManifestValue? = nil,
        isManaged: Bool = true
    ) throws {
        var annotations: ManifestValue = isManaged ? [RefreshAnnotation.appSecret: "github-app"] : [:]
        for member in more.members { annotations.set(member.key, member.value) }
        var secret: ManifestValue = ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name)]]
        if let life {
            let expiry = SandboxEnvironment.timestamp((Simulation.epoch + simulation.now + life).components.seconds)
            if isManaged { annotations.set(RefreshAnnotation.expiresAt, .string(expiry)) }
            secret.set("stringData", ["GITHUB_TOKEN": "first"])
        }
        secret.set(path: ["metadata", "annotations"], annotations)
        secret.set(path: ["metadata", "ownerReferences"], owners)
        try add(secret)
    }

    func addWorkspace(_ repository: String = "https://github.com/octo-org/hello", secret: String = "github-app") throws
    {
        try add([
            "apiVersion": "kelos.dev/v1alpha2", "kind": "Workspace", "metadata": ["name": "workspace"],
            "spec": ["repo": .string(repository), "secretRef": ["name": .string(secret)]],
        ])
    }

    /// A Task, WorkerPool or Session with a Workspace, as the owner of something.
    func addOwner(
        _ kind: String, _ name: String, version: String = "v1alpha2", status: ManifestValue = [:]
    ) throws -> ManifestValue {
        let apiVersion = "kelos.dev/" + version
        try add([
            "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": ["name": .string(name)],
            "spec": ["worker": ["workspaceRef": ["name": "workspace"]]], "status": status,
        ])
        let resource: APIResource = kind == "Task" ? .tasks : kind == "Session" ? .sessions : .workerPools
        let uid = sandbox.kubernetes.object(resource, "default", name)?.uid ?? ""
        return [
            [
                "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
                "controller": .bool(true),
            ]
        ]
    }

    func addJob(_ name: String, owners: ManifestValue, status: ManifestValue) throws {
        try add([
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": ["name": .string(name), "ownerReferences": owners], "status": status,
        ])
    }

    func addStatefulSet(_ name: String, owners: ManifestValue, replicas: Int) throws {
        try add([
            "apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": ["name": .string(name), "ownerReferences": owners],
            "spec": ["replicas": .number(replicas)],
        ])
    }

    static let finishedJob: ManifestValue = ["conditions": [["type": "Complete", "status": "True"]]]

    @discardableResult
    func patch(_ path: String, _ patch: ManifestValue) -> UInt16 {
        let request = SandboxRequest(
            "PATCH", path, contentType: "application/merge-patch+json", body: JSONWriter.compact(patch))
        return sandbox.kubernetes.answer(request).whole?.status ?? 0
    }

    func patchSecret(_ name: String, _ change: ManifestValue) {
        patch("/api/v1/namespaces/default/secrets/\(name)", change)
    }

    func delete(_ path: String) { _ = sandbox.kubernetes.answer(SandboxRequest("DELETE", path)) }

    // MARK: What is in them

    func token(_ name: String = "token") -> String? {
        sandbox.secret(name)?["data"]?["GITHUB_TOKEN"]?.string.flatMap { Base64Text.decoded($0) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    func annotation(_ name: String, of secret: String = "token") -> String? {
        sandbox.secret(secret)?.metadata["annotations"]?[name]?.string
    }

    /// Of the token in a Secret, by its annotation.
    func lifeLeft(_ name: String = "token") -> Duration? {
        annotation(RefreshAnnotation.expiresAt, of: name).flatMap { Timestamp(rfc3339: $0) }.map {
            .seconds($0.seconds) - (Simulation.epoch + simulation.now)
        }
    }

    /// `reason about kind` of each Event, sorted.
    func events() throws -> [String] {
        let list = sandbox.kubernetes.answer(SandboxRequest("GET", "/api/v1/namespaces/default/events")).whole
        let events = try ManifestValue(json: list?.body ?? [])["items"]?.elements ?? []
        return events.map {
            "\($0["reason"]?.string ?? "") about \($0[path: ["involvedObject", "kind"]]?.string ?? "")"
        }.sorted()
    }

    // MARK: Workers

    func configuration(_ change: (inout RefresherConfiguration) throws -> Void = { _ in }) throws
        -> RefresherConfiguration
    {
        let trusted = try TrustedHosts(api: .gitHub)
        var configuration = RefresherConfiguration(
            endpoints: EndpointChoice(standard: .gitHub, trusted: trusted), instance: "test")
        try change(&configuration)
        return configuration
    }

    func worker(
        _ name: String = "worker", offset: Duration = .zero,
        _ change: (inout RefresherConfiguration) throws -> Void = { _ in }
    ) throws -> (replica: SimulatedReplica, refresher: TokenRefresher) {
        let replica = SimulatedReplica(name, in: sandbox, offset: offset)
        let configuration = try configuration(change)
        let kubernetes = try replica.makeClient(observer: notices)
        let missedPods = MissedPods(
            configuration, systemNamespace: Self.systemNamespace, kubernetes: kubernetes, clock: replica.clock,
            observer: notices)
        let refresher = TokenRefresher(
            configuration, kubernetes: kubernetes, gitHub: replica.transport, clock: replica.clock, observer: notices,
            seed: simulation.random(), duties: [missedPods])
        return (replica, refresher)
    }

    @discardableResult
    func start(
        _ name: String = "worker", offset: Duration = .zero,
        _ change: (inout RefresherConfiguration) throws -> Void = { _ in }
    ) throws -> (replica: SimulatedReplica, refresher: TokenRefresher) {
        let worker = try worker(name, offset: offset, change)
        worker.replica.process.start { [refresher = worker.refresher] in await refresher.run() }
        return worker
    }

    func runOnce(
        _ change: (inout RefresherConfiguration) throws -> Void = { _ in }
    ) throws -> OnceOutcome? {
        let (replica, refresher) = try worker("once", change)
        let outcome = Mutex<OnceOutcome?>(nil)
        replica.process.start {
            let result = await refresher.runOnce()
            outcome.withLock { $0 = result }
        }
        try simulation.run(atMost: .seconds(600)) { outcome.withLock { $0 != nil } }
        return outcome.withLock { $0 }
    }

    func run(for span: Duration) throws { try simulation.run(for: span) }
}

/// What workers told.
final class Notices: RefresherObserver, KubernetesObserver {
    private let heard = Mutex<[RefresherNotice]>([])

    var all: [RefresherNotice] { heard.withLock { $0 } }

    func observe(_ notice: RefresherNotice) { heard.withLock { $0.append(notice) } }

    func requestFinished(code: String, method: String, host: String) {}

    func has(_ isMeant: (RefresherNotice) -> Bool) -> Bool { all.contains(where: isMeant) }

    func count(_ isMeant: (RefresherNotice) -> Bool) -> Int { all.count(where: isMeant) }

    var failures: [(failure: RefreshFailure, isLatched: Bool)] {
        all.compactMap {
            if case .failed(_, let failure, let isLatched, _) = $0 { (failure, isLatched) } else { nil }
        }
    }

    var releases: [RefresherNotice.Release] {
        all.compactMap { if case .released(_, let reason) = $0 { reason } else { nil } }
    }
}
