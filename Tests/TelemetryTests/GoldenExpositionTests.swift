import Foundation
import Telemetry
import Testing

/// The golden files are also what promtool judges (Tests/Oracle/test_metrics_format.py), so a change of an exposition has
/// to pass both.
@Suite("The whole exposition")
struct GoldenExpositionTests {
    @Test("of the webhook equals the golden file byte for byte")
    func webhook() throws {
        try compare(Self.busyWebhook().registry, with: "webhook-metrics.txt")
    }

    @Test("of the refresher equals the golden file byte for byte")
    func refresher() throws {
        try compare(Self.busyRefresher().registry, with: "refresher-metrics.txt")
    }

    private func compare(_ registry: MetricsRegistry, with name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
        var output: [UInt8] = []
        registry.render(into: &output)
        if ProcessInfo.processInfo.environment["KELOS_TOKEN_WRITE_GOLDEN"] == "1" {
            try Data(output).write(to: file)
        }
        #expect(String(decoding: output, as: UTF8.self) == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    private static func busyWebhook() -> WebhookMetrics {
        let metrics = WebhookMetrics(
            .init(
                webhooks: ["/mutate--v1-pod"],
                mutations: [(.patched, "complete"), (.skipped, "no-token-secret"), (.error, "malformed")],
                deadlines: ["handshake", "idle", "head", "body", "write", "linger"], version: "1.2.3",
                swiftVersion: "6.3"),
            readProcess: Self.reading)
        metrics.reviews[0].inFlight.add(1)
        for nanoseconds: UInt64 in [7_400, 21_000, 1_250_000] {
            metrics.reviews[0].answered(code: 200)
            metrics.reviews[0].latency.observe(nanoseconds: nanoseconds)
            metrics.admissionDuration.observe(nanoseconds: nanoseconds)
        }
        metrics.mutations.counter(.patched, reason: "complete")?.increment(by: 3)
        metrics.certificate.reads.increment()
        metrics.certificate.expiration.set(1_800_000_000)
        metrics.connections.accepted.increment(by: 1_234_567)
        metrics.connections.open.add(2)
        metrics.connections.http1.increment()
        return metrics
    }

    private static func busyRefresher() -> RefresherMetrics {
        let metrics = RefresherMetrics(
            .init(
                controller: "github-token", workers: 8,
                failures: [
                    .init(kind: "transient", cause: "unreachable"), .init(kind: "transient", cause: "server_error"),
                    .init(kind: "permanent", cause: "app_unauthorized"),
                ], releases: ["deleted", "owner_over"], watchRestarts: ["ended", "failed"],
                apiServer: "10.0.0.1:443", lease: "kelos-token-refresher", version: "1.2.3", swiftVersion: "6.3"),
            now: { 9_000_000_000 }, readProcess: Self.reading)
        metrics.refreshes.succeeded.increment(by: 5)
        metrics.refreshes.lifeLeft.observe(nanoseconds: 290_000_000_000)
        metrics.refreshes.lifeLeft.observe(nanoseconds: 0)
        metrics.refreshes.failed(.init(kind: "permanent", cause: "app_unauthorized"))
        metrics.refreshes.conflicts.increment()
        metrics.secrets.moved(from: nil, to: .pending)
        metrics.secrets.moved(from: nil, to: .fresh)
        metrics.secrets.moved(from: .pending, to: .blocked)
        metrics.secrets.expiration.set(["team-a", "one-github-token"], to: 1_800_000_000)
        metrics.secrets.expiration.set(["team-a", "another"], to: 0)
        metrics.secrets.released("owner_over")
        metrics.pods.missed.set(2)
        metrics.pods.listFailures.increment()
        metrics.queue.depth.set(3)
        metrics.queue.retried.increment()
        metrics.queue.started(["a", "b"], waitedNanoseconds: 40_000, at: 0)
        metrics.queue.finished(["a", "b"], .terminalError, tookNanoseconds: 310_000_000)
        metrics.queue.started(["a", "c"], waitedNanoseconds: 0, at: 6_500_000_000)
        metrics.queue.started(["a", "d"], waitedNanoseconds: 0, at: 8_000_000_000)
        metrics.gitHub.finished(.mint, code: 201, nanoseconds: 180_000_000)
        metrics.gitHub.finished(.mint, code: nil, nanoseconds: 10_000_000_000)
        metrics.gitHub.finished(.verification, code: 200, nanoseconds: 90_000_000)
        metrics.gitHub.finished(.time, code: 200, nanoseconds: 40_000_000)
        metrics.gitHub.finished(.other, code: 418, nanoseconds: 1_000_000)
        metrics.gitHub.quota(host: "api.github.com", remaining: 4987)
        metrics.kubernetes.requestFinished(code: 200, method: "GET")
        metrics.kubernetes.requestFinished(code: 409, method: "PATCH")
        metrics.kubernetes.requestFinished(code: nil, method: "POST")
        metrics.kubernetes.watchRestarted("ended")
        metrics.kubernetes.isLeader.set(1)
        metrics.webhookCertificates.expires(.leaf, at: 1_800_000_000)
        metrics.webhookCertificates.rotated(.authority)
        metrics.webhookCertificates.staleReplicas.set(1)
        return metrics
    }

    private static func reading() -> ProcessReading {
        ProcessReading(
            status: Array("7 (x) S 1 7 7 0 -1 0 0 0 0 0 12 3 0 0 20 0 3 0 4200 52428800 2000 0\n".utf8),
            limits: Array("Max open files            1024      4096      files\n".utf8),
            systemStatus: Array("btime 1767366000\n".utf8),
            networkStatus: Array("IpExt: InOctets OutOctets\nIpExt: 81920 4096\n".utf8),
            openFileDescriptors: 14, ticksPerSecond: 100, pageSize: 4096)
    }
}
