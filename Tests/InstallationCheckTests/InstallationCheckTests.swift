import Admission
import HTTPClient
import HTTPTransport
import Kubernetes
import Platform
import PodManifests
import Sandbox
import ServerTestSupport
import Synchronization
import TLS
import TLSDial
import Testing
import TokenInjection
import TokenRefresh

@testable import InstallationCheck

/// Answers as the webhook does, wherever it is registered.
private struct Reviewer: AdmissionCaller {
    func call(_ webhook: ManifestValue, review: [UInt8]) async throws -> [UInt8] {
        let isAboutPods = WebhookEntry(webhook).isAboutPods
        var answer: [UInt8] = []
        _ = try AdmissionReviewer(policy: InjectionPolicy(ownNamespace: "kelos-token-system")).review(
            unsafe review.span.bytes, by: isAboutPods ? .pods : .kelosObjects, into: &answer)
        return answer
    }
}

private struct Unobserved: KubernetesObserver {
    func requestFinished(code: String, method: String, host: String) {}
}

/// An installation by Services, as in a cluster: the sandbox holds its objects.
private final class Cluster: Sendable {
    let sandbox: Sandbox
    private let http: HTTPClient

    init(_ pair: WebhookCertificate) throws {
        let now = WallClock.now().seconds
        var settings = Sandbox.Settings()
        settings.state.objects = [
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "kelos-token-system"]],
            try Self.configuration(trusting: pair), try Repository.object("manifests/base/service.yaml"),
            [
                "apiVersion": "v1", "kind": "Endpoints",
                "metadata": ["name": "kelos-token-webhook", "namespace": "kelos-token-system"],
                "subsets": [["addresses": [["ip": "10.1.0.1"]], "ports": [["name": "webhook-server"]]]],
            ],
            try Self.refresher(),
            [
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": ["name": "kelos-token-refresher", "namespace": "kelos-token-system"],
                "spec": [
                    "holderIdentity": "a", "leaseDurationSeconds": .number(3600),
                    "renewTime": .string(Timestamp(seconds: now).rfc3339),
                ],
            ],
            [
                "apiVersion": "v1", "kind": "Secret",
                "metadata": ["name": "kelos-token-webhook-cert", "namespace": "kelos-token-system"],
                "data": ["tls.crt": .string(Base64Text.encoded(pair.leaf))],
            ],
        ]
        sandbox = try Sandbox(
            settings,
            environment: SandboxEnvironment.counting { WallClock.now().seconds }, admission: Reviewer())
        var connection = HTTPClientSettings()
        connection.tls.authorities = sandbox.authority
        http = try HTTPClient(connection)
    }

    private static func configuration(trusting pair: WebhookCertificate) throws -> ManifestValue {
        var configuration = try Registration.shipped()
        let entries = configuration["webhooks"]?.elements ?? []
        configuration.set(
            "webhooks",
            .array(
                entries.map { entry in
                    var entry = entry
                    entry.set(path: ["clientConfig", "caBundle"], .string(Base64Text.encoded(pair.authority)))
                    return entry
                }))
        return configuration
    }

    private static func refresher() throws -> ManifestValue {
        var refresher = try Repository.object("manifests/base/refresher/deployment.yaml")
        refresher.set("status", ["availableReplicas": .number(2)])
        return refresher
    }

    func report(
        _ settings: CheckSettings = CheckSettings(), shownCertificates: @escaping ShownCertificates
    ) async throws -> CheckReport {
        let access = try await ClusterAccess.load(flag: "sandbox", environment: [:]) { [sandbox] _ in sandbox.kubeconfig
        }
        let clock = SystemClock()
        let dates = ServerDates(http, clock: clock)
        let client = KubernetesClient(
            access, transport: dates, clock: clock, observer: Unobserved(), fieldManager: "test", userAgent: "test"
        ) { _ in [] }
        return try await InstallationCheck(
            settings, client: client, dates: dates, shownCertificates: shownCertificates
        ).report()
    }

    func stop() async {
        await http.shutdown()
        await sandbox.stop()
    }
}

@Suite("A walk along an installation by Services")
struct InstallationCheckTests {
    private struct Unwanted: Error {}

    private static func lines(_ report: CheckReport) -> [String] {
        report.results.map { "\($0.link.rawValue) \($0.verdict.rawValue)" }
    }

    private static let everything = [
        "api-server ok", "clock ok", "configuration ok", "selectors ok", "service ok", "endpoints ok", "ca-bundle ok",
        "certificate-names ok", "certificate-expiry ok", "probe-pod ok", "reserved-name ok", "refresher ok",
        "leader ok",
        "refresher-access ok", "secrets ok", "adoption ok", "secret-sources ok", "pods ok",
    ]

    @Test("reads the certificate from its Secret, and dials nobody")
    func outside() async throws {
        let cluster = try Cluster(WebhookCertificate())
        let report = try await cluster.report { _ in throw Unwanted() }
        #expect(Self.lines(report) == Self.everything)
        #expect(
            report.results[6].message.contains("the certificate in Secret kelos-token-system/kelos-token-webhook-cert"))
        await cluster.stop()
    }

    @Test("dials the Service's address from inside the cluster")
    func inside() async throws {
        let pair = try WebhookCertificate()
        let cluster = try Cluster(pair)
        try await cluster.call(
            "PATCH", "/api/v1/namespaces/kelos-token-system/services/kelos-token-webhook",
            ["spec": ["clusterIP": "10.9.8.7"]])
        var settings = CheckSettings()
        settings.isInCluster = true
        let dialled = Mutex<[SocketAddress]>([])
        let report = try await cluster.report(settings) { address in
            dialled.withLock { $0.append(address) }
            return pair.leaf
        }
        #expect(dialled.withLock { $0 } == [SocketAddress(host: "10.9.8.7", port: 443)])
        #expect(Self.lines(report) == Self.everything)
        let silent = try await cluster.report(settings) { _ in throw CertificateDial.Failure.noAnswer }
        #expect(
            silent.results[6].message == "the webhook at 10.9.8.7:443 shows no certificate: it does not answer in time")
        await cluster.stop()
    }

    @Test("ends at an API server that does not answer")
    func unreachable() async throws {
        let cluster = try Cluster(WebhookCertificate())
        await cluster.sandbox.stop()
        let report = try await cluster.report { _ in throw Unwanted() }
        #expect(Self.lines(report) == ["api-server failed"])
        await cluster.stop()
    }
}

extension Cluster {
    fileprivate func call(_ method: String, _ path: String, _ body: ManifestValue) async throws {
        let kubeconfig = try ManifestValue(json: sandbox.kubeconfig)
        let token = kubeconfig["users"]?.elements?.first?[path: ["user", "token"]]?.string ?? ""
        let answer = try await http.send(
            OutgoingRequest(
                method, sandbox.kubernetesURL + path,
                fields: [
                    (name: "authorization", value: "Bearer \(token)"),
                    (name: "content-type", value: "application/merge-patch+json"),
                ], body: JSONWriter.compact(body)))
        try #require(answer.status == 200)
    }
}

@Suite("Looking at a certificate")
struct CertificateDialTests {
    private static func certificates(of address: SocketAddress) async throws -> [UInt8] {
        try await CertificateDial(patienceMilliseconds: Patience.milliseconds).certificates(of: address)
    }

    @Test("gives what a TLS server shows, without trusting it")
    func shown() async throws {
        let sandbox = try Sandbox(Sandbox.Settings(), environment: .counting { 0 })
        let port = try #require(UInt16(sandbox.kubernetesURL.split(separator: ":").last ?? ""))
        let pem = try await Self.certificates(of: SocketAddress(host: "127.0.0.1", port: port))
        let presented = try PresentedCertificate(pem: pem)
        #expect(presented.isFor(host: "github.sandbox"))
        #expect(try presented.trust(by: sandbox.authority, at: nil) == .trusted)
        await sandbox.stop()
    }

    @Test("fails where nobody listens, and for what is no address")
    func nobody() async throws {
        for host in ["127.0.0.1", "no-address.example"] {
            await #expect(throws: SystemError.self) {
                try await Self.certificates(of: SocketAddress(host: host, port: 1))
            }
        }
    }

    @Test("fails where somebody speaks no TLS")
    func plain() async throws {
        var settings = Sandbox.Settings()
        settings.isGitHubTLS = false
        let sandbox = try Sandbox(settings, environment: .counting { 0 })
        let port = try #require(UInt16(sandbox.gitHubURL.split(separator: ":").last ?? ""))
        await #expect(throws: (any Error).self) {
            try await Self.certificates(of: SocketAddress(host: "127.0.0.1", port: port))
        }
        await sandbox.stop()
    }
}
