import CertificateRotation
import Kubernetes
import Platform
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Synchronization
import TLS
import Testing

/// A sandbox with a webhook configuration, replicas that get the leaf's Secret late, and duties that care for it, in virtual
/// time. What the replicas serve is judged by the bundles that an API server may still go by.
final class CertificateRig: Sendable {
    static let settleTime = Duration.seconds(30)
    static let configuration = "kelos-token-webhook"
    static let webhookURL = "https://hooks.example:9443/mutate"

    private struct State {
        /// What each address shows, PEM.
        var served: [String: [UInt8]] = [:]
        /// A replica that does not answer.
        var hung: Set<String> = []
        /// Bundles of all entries with the moment since when they are no more.
        var past: [(until: Duration, bundles: [[UInt8]])] = []
        var bundles: [[UInt8]] = []
        var refusals: [String] = []
        var isWatching = false
    }

    let simulation: Simulation
    let sandbox: SimulatedSandbox
    let notices = CertificateNotices()
    private let state = Mutex(State())

    init(seed: UInt64 = 1) throws {
        simulation = Simulation(seed: seed)
        sandbox = SimulatedSandbox(simulation)
    }

    deinit { try? simulation.finish() }

    // MARK: Objects

    /// Two entries for a Service with two replicas, one of which is not ready, and one entry by URL.
    func addWebhook() throws {
        try sandbox.kubernetes.add([
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "kelos-token-webhook"],
            "spec": [
                "ports": [
                    ["name": "metrics", "port": .number("8080")],
                    ["name": "webhook-server", "port": .number("443"), "targetPort": "webhook-server"],
                ]
            ],
        ])
        try sandbox.kubernetes.add([
            "apiVersion": "v1", "kind": "Endpoints", "metadata": ["name": "kelos-token-webhook"],
            "subsets": [
                [
                    "addresses": [["ip": "10.0.0.1"]], "notReadyAddresses": [["ip": "10.0.0.2"]],
                    "ports": [
                        ["name": "metrics", "port": .number("8080")],
                        ["name": "webhook-server", "port": .number("9443")],
                    ],
                ]
            ],
        ])
        try addConfiguration()
    }

    func addConfiguration(bundle: [UInt8]? = nil) throws {
        func entry(_ name: String, _ client: ManifestValue) -> ManifestValue {
            var client = client
            if let bundle { client.set("caBundle", .string(Base64Text.encoded(bundle))) }
            return [
                "name": .string(name), "clientConfig": client, "rules": [], "failurePolicy": "Fail",
                "sideEffects": "None", "admissionReviewVersions": ["v1"],
            ]
        }
        let service: ManifestValue = ["service": ["name": "kelos-token-webhook", "namespace": "default"]]
        var otherPath = service
        otherPath.set(path: ["service", "path"], "/mutate-kelos-dev")
        try sandbox.kubernetes.add([
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
            "metadata": ["name": .string(Self.configuration)],
            "webhooks": [
                entry("pods.example", service), entry("other.example", ["url": .string(Self.webhookURL)]),
                entry("objects.example", otherPath),
            ],
        ])
        note()
    }

    var configuration: ManifestValue? { sandbox.kubernetes.object(.webhooks, "", Self.configuration) }

    /// PEM of each entry.
    var bundles: [[UInt8]] {
        (configuration?["webhooks"]?.elements ?? []).map {
            $0[path: ["clientConfig", "caBundle"]]?.string.flatMap { Base64Text.decoded($0) } ?? []
        }
    }

    func value(_ key: String, of secret: String) -> [UInt8]? {
        sandbox.secret(secret)?["data"]?[key]?.string.flatMap { Base64Text.decoded($0) }
    }

    var leaf: [UInt8]? { value("tls.crt", of: "kelos-token-webhook-cert") }

    func setSecret(_ name: String, _ data: [String: [UInt8]]) throws {
        _ = sandbox.kubernetes.answer(SandboxRequest("DELETE", "/api/v1/namespaces/default/secrets/\(name)"))
        var values: ManifestValue = [:]
        for (key, value) in data.sorted(by: { $0.key < $1.key }) { values.set(key, .string(Base64Text.encoded(value))) }
        try sandbox.kubernetes.add([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name)], "data": values,
        ])
    }

    @discardableResult
    func patch(_ path: String, _ patch: ManifestValue) -> UInt16 {
        let request = SandboxRequest(
            "PATCH", path, contentType: "application/merge-patch+json", body: JSONWriter.compact(patch))
        return sandbox.kubernetes.answer(request).whole?.status ?? 0
    }

    // MARK: Replicas

    static let replicas = ["10.0.0.1:9443", "10.0.0.2:9443", "192.0.2.1:9443"]

    /// Brings the leaf's Secret to each replica again and again, after up to twenty seconds.
    func startKubelets() {
        for address in Self.replicas { sync(address) }
    }

    private func sync(_ address: String) {
        simulation.after(simulation.random(in: .seconds(1)...Duration.seconds(20))) { [weak self] in
            guard let self else { return }
            if let leaf { state.withLock { $0.served[address] = leaf } }
            sync(address)
        }
    }

    func serve(_ pem: [UInt8]) {
        for address in Self.replicas { state.withLock { $0.served[address] = pem } }
    }

    func hang(_ address: String, _ hangs: Bool = true) {
        state.withLock { state in
            if hangs { state.hung.insert(address) } else { state.hung.remove(address) }
        }
    }

    struct NoAnswer: Error {}

    private func shown(by address: SocketAddress) throws -> [UInt8] {
        let name = "\(address)"
        return try state.withLock { state in
            if state.hung.contains(name) { throw NoAnswer() }
            // ECONNREFUSED.
            guard let pem = state.served[name] else { throw SystemError("connect \(name)", code: 111) }
            return pem
        }
    }

    // MARK: The judge

    /// From now on, every four seconds, each replica is called as an API server would that lags by up to the settle time.
    func watch() {
        note()
        let isFirst = state.withLock { state in
            guard !state.isWatching else { return false }
            state.isWatching = true
            // What the bundles were before all was well is no rotation's doing.
            state.past = []
            return true
        }
        if isFirst { judge() }
    }

    var refusals: [String] { state.withLock { $0.refusals } }

    private func note() {
        let (now, found) = (simulation.now, bundles)
        state.withLock { state in
            guard state.bundles != found else { return }
            if !state.bundles.isEmpty { state.past.append((now, state.bundles)) }
            state.bundles = found
        }
    }

    private func judge() {
        simulation.after(.seconds(4)) { [weak self] in
            guard let self else { return }
            note()
            let (now, seconds) = (simulation.now, (Simulation.epoch + simulation.now).components.seconds)
            state.withLock { state in
                state.past.removeAll { $0.until < now - Self.settleTime }
                let known = state.past.map(\.bundles) + [state.bundles]
                for (place, address) in Self.replicas.enumerated() {
                    // The replicas of the Service are called under the first and the last bundle.
                    let bundles = known.flatMap { place == 2 ? [$0[1]] : [$0[0], $0[2]] }
                    let host = place == 2 ? "hooks.example" : "kelos-token-webhook.default.svc"
                    guard let pem = state.served[address], let shown = try? PresentedCertificate(pem: pem),
                        shown.isFor(host: host), shown.validity.contains(seconds),
                        bundles.allSatisfy({ (try? shown.trust(by: $0, at: seconds)) == .trusted })
                    else {
                        state.refusals.append("\(address) at \(now)")
                        continue
                    }
                }
            }
            judge()
        }
    }

    // MARK: Duties

    static func policy() throws -> RotationPolicy {
        try RotationPolicy(
            authorityLifetime: .seconds(2700), leafLifetime: .seconds(900), settleTime: settleTime)
    }

    func duty(
        on replica: SimulatedReplica, namespace: String = "default", isDryRun: Bool = false
    ) throws -> CertificateDuty {
        CertificateDuty(
            CertificateDuty.Settings(namespace: namespace, policy: try Self.policy(), isDryRun: isDryRun),
            kubernetes: try replica.makeClient(observer: notices), clock: replica.clock, observer: notices,
            shownCertificates: { [weak self] address in try self?.shown(by: address) ?? [] },
            addresses: { url in
                guard url.host == "hooks.example" else { throw NoAnswer() }
                return [SocketAddress(host: "192.0.2.1", port: url.port)]
            })
    }

    @discardableResult
    func start(
        _ name: String = "leader", namespace: String = "default", isDryRun: Bool = false
    ) throws -> SimulatedReplica {
        let replica = SimulatedReplica(name, in: sandbox)
        let duty = try duty(on: replica, namespace: namespace, isDryRun: isDryRun)
        replica.process.start { await duty.work() }
        return replica
    }

    /// Until one authority and its leaf are everywhere, and nothing else.
    func settle() throws {
        try simulation.run(atMost: .seconds(600)) {
            guard let leaf, let authority = value("ca.crt", of: "kelos-token-webhook-ca") else { return false }
            let isServed = state.withLock { state in Self.replicas.allSatisfy { state.served[$0] == leaf } }
            return isServed && bundles.allSatisfy { $0 == authority }
        }
    }
}

/// What duties told.
final class CertificateNotices: CertificateObserver, KubernetesObserver {
    private let heard = Mutex<[CertificateNotice]>([])

    func observe(_ notice: CertificateNotice) { heard.withLock { $0.append(notice) } }

    func requestFinished(code: String, method: String, host: String) {}

    var all: [CertificateNotice] { heard.withLock { $0 } }

    var actions: [RotationAction] { all.compactMap { if case .acted(let action) = $0 { action } else { nil } } }

    var failures: [String] {
        all.compactMap { if case .failed(let problem) = $0 { problem.description } else { nil } }
    }
}
