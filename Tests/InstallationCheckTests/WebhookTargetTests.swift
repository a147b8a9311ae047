import Kubernetes
import Platform
import PodManifests
import Testing

@testable import InstallationCheck

@Suite("Where a webhook is called")
struct WebhookTargetTests {
    private static let service = WebhookTarget(["service": ["name": "w", "namespace": "n", "path": "/p"]])

    @Test("is a Service, on port 443 unless it says otherwise")
    func service() {
        #expect(Self.service?.host == "w.n.svc")
        #expect(Self.service?.address == "w.n.svc:443")
        #expect(Self.service?.path == "/p")
        #expect(
            WebhookTarget(["service": ["name": "w", "namespace": "n", "port": .number(8443)]])?.address
                == "w.n.svc:8443")
    }

    @Test(
        "is an https URL",
        arguments: [
            ("https://127.0.0.1:9443/mutate--v1-pod", "127.0.0.1:9443", "/mutate--v1-pod"),
            ("https://hooks.example/a/b?timeout=1", "hooks.example:443", "/a/b"),
            ("https://[::1]:9443", "::1:9443", "/"), ("https://[fd00::1]/x", "fd00::1:443", "/x"),
            ("https://localhost", "localhost:443", "/"),
        ])
    func url(text: String, address: String, path: String) {
        let target = WebhookTarget(["url": .string(text)])
        #expect(target?.address == address)
        #expect(target?.path == path)
    }

    @Test("is nowhere", arguments: ["http://127.0.0.1/x", "https://", "https://a:b/", "https://a:70000", "x"])
    func nowhere(text: String) {
        #expect(WebhookTarget(["url": .string(text)]) == nil)
    }

    @Test("is looked at by dialling a loopback URL, if the API server is on this machine")
    func loopback() throws {
        let target = try #require(WebhookTarget(["url": "https://127.0.0.1:9443/x"]))
        let dial = CertificateSource.dial(SocketAddress(host: "127.0.0.1", port: 9443))
        for server in ["127.0.0.1:6443", "localhost:6443", "[::1]:6443"] {
            #expect(CertificateSource(target, apiServer: server, isInCluster: false) == dial)
        }
        let elsewhere = CertificateSource(target, apiServer: "10.0.0.1:6443", isInCluster: true)
        #expect(elsewhere == .nowhere("127.0.0.1 is the API server's own machine, and this is another one"))
        let named = try #require(WebhookTarget(["url": "https://localhost:9443/x"]))
        #expect(CertificateSource(named, apiServer: "127.0.0.1:1", isInCluster: false) == dial)
    }

    @Test("is looked at by dialling another URL in any case")
    func remote() throws {
        let target = try #require(WebhookTarget(["url": "https://192.0.2.1/x"]))
        #expect(
            CertificateSource(target, apiServer: "10.0.0.1:6443", isInCluster: false)
                == .dial(SocketAddress(host: "192.0.2.1", port: 443)))
    }

    @Test("is looked at in its Secret, or from inside the cluster by dialling the Service")
    func inside() throws {
        let target = try #require(Self.service)
        guard case .service(let service) = target else { return }
        #expect(CertificateSource(target, apiServer: "127.0.0.1:1", isInCluster: false) == .readSecret(namespace: "n"))
        #expect(CertificateSource(target, apiServer: "10.0.0.1:443", isInCluster: true) == .dialService(service))
    }
}

@Suite("The Service of a webhook")
struct ServiceCheckTests {
    private let check = ServiceCheck(
        target: ServiceTarget(["name": "w", "namespace": "n", "port": .number(443), "path": "/"]))

    private static let service: ManifestValue = [
        "spec": ["ports": [["name": "other", "port": .number(80)], ["name": "hook", "port": .number(443)]]]
    ]

    private func endpoints(ready: Int, waiting: Int = 0, port: String = "hook") -> Reading<ManifestValue> {
        func addresses(_ count: Int) -> ManifestValue { .array((0..<count).map { ["ip": .string("10.0.0.\($0)")] }) }
        return .found([
            "subsets": [
                [
                    "addresses": addresses(ready), "notReadyAddresses": addresses(waiting),
                    "ports": [["name": .string(port), "port": .number(9443)]],
                ]
            ]
        ])
    }

    @Test("has the port that is registered")
    func port() {
        #expect(check.service(.found(Self.service)) == .ok(.service, "Service n/w has port 443"))
    }

    @Test("may lack it, be missing, or be out of sight")
    func noPort() {
        let other: ManifestValue = ["spec": ["ports": [["port": .number(80)]]]]
        #expect(check.service(.found(other)).verdict == .failed)
        #expect(check.service(.found([:])).message.hasSuffix("it has none"))
        #expect(check.service(.missing).verdict == .failed)
        #expect(check.service(.forbidden("no")).verdict == .skipped)
        #expect(check.service(.failed("500")).verdict == .failed)
    }

    @Test("leads to ready endpoints")
    func ready() {
        #expect(
            check.endpoints(endpoints(ready: 1), service: Self.service)
                == .ok(.endpoints, "Service n/w has 1 ready endpoint"))
        #expect(check.endpoints(endpoints(ready: 2), service: nil).message == "Service n/w has 2 ready endpoints")
        #expect(check.endpoints(endpoints(ready: 2, waiting: 1), service: Self.service).verdict == .warning)
    }

    @Test("may lead to none")
    func notReady() {
        let waiting = check.endpoints(endpoints(ready: 0, waiting: 2), service: Self.service)
        #expect(waiting.verdict == .failed && waiting.message.contains("no ready endpoint, 2 that are not ready"))
        #expect(check.endpoints(endpoints(ready: 1, port: "other"), service: Self.service).verdict == .failed)
        #expect(check.endpoints(.missing, service: Self.service).verdict == .failed)
        #expect(check.endpoints(.forbidden("no"), service: Self.service).verdict == .skipped)
    }
}
