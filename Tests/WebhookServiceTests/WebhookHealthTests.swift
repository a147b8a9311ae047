import HTTPServer
import Platform
import ServerTestSupport
import ServiceLifecycleTestKit
import TLS
import Telemetry
import Testing

@testable import WebhookService

@Suite("The webhook's health")
struct WebhookHealthTests {
    private static func text(_ answer: HealthAnswer?) -> String? {
        answer.map { "\($0.status) \(String(decoding: $0.body, as: UTF8.self))" }
    }

    private func withHealth(
        isProbed: Bool = true, pair: CertificateFixture? = nil,
        _ body: (WebhookHealth) async throws -> Void
    ) async throws {
        let pair = try pair ?? CertificateFixture.first.get()
        let context = try TLSContext(
            certificateChain: pair.certificate, privateKey: pair.key, settings: TLSSettings())
        try await RunningServer.run(tls: context) { running in
            let probe = try ListenerProbe(address: running.address)
            if isProbed {
                try await testGracefulShutdown { trigger in
                    trigger.triggerGracefulShutdown()
                    try await probe.run()
                }
            }
            try await body(
                WebhookHealth(server: running.server, certificate: ServedCertificate(context), probe: probe))
        }
    }

    @Test("is good when everything is, with every check named on demand")
    func good() async throws {
        try await withHealth { health in
            for target in ["/healthz", "/livez", "/readyz", "/readyz/"] {
                #expect(Self.text(health.answer(target: target)) == "200 ok")
            }
            #expect(
                Self.text(health.answer(target: "/readyz?verbose"))
                    == "200 [+]certificate ok\n[+]draining ok\n[+]webhook-listener ok\nhealthz check passed\n")
            #expect(
                Self.text(health.answer(target: "/livez?verbose"))
                    == "200 [+]event-loops ok\nhealthz check passed\n")
            #expect(Self.text(health.answer(target: "/readyz/webhook-listener")) == "200 ok")
        }
    }

    @Test("knows no other paths")
    func unknown() async throws {
        try await withHealth { health in
            #expect(health.answer(target: "/") == nil)
            #expect(health.answer(target: "/metrics") == nil)
            #expect(health.answer(target: "/healthzz") == nil)
            #expect(health.answer(target: "/readyz/nonsense")?.status == 404)
        }
    }

    @Test("is not ready while it drains, and yet alive")
    func draining() async throws {
        try await withHealth { health in
            health.beginDrain()
            #expect(
                Self.text(health.answer(target: "/readyz"))
                    == "500 [+]certificate ok\n[-]draining failed: reason withheld\n[+]webhook-listener ok\n"
                    + "healthz check failed\n")
            #expect(Self.text(health.answer(target: "/livez")) == "200 ok")
            #expect(Self.text(health.answer(target: "/healthz")) == "200 ok")
        }
    }

    @Test("is not ready before the listener was reached")
    func unreached() async throws {
        try await withHealth(isProbed: false) { health in
            #expect(health.answer(target: "/readyz/webhook-listener")?.status == 500)
            #expect(health.answer(target: "/readyz?exclude=webhook-listener")?.status == 200)
        }
    }

    @Test("is not ready with an expired certificate, and yet alive")
    func expired() async throws {
        let expired = try CertificateFixture.expired(name: "old.example")
        try await withHealth(pair: expired) { health in
            #expect(health.answer(target: "/readyz/certificate")?.status == 500)
            #expect(Self.text(health.answer(target: "/livez")) == "200 ok")
        }
    }
}
