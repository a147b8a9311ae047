import Foundation
import Telemetry
import Testing

/// `Golden/webhook-metrics.txt` is also what promtool judges (Tests/Oracle/test_metrics_format.py), so a change of the
/// exposition has to pass both.
@Suite("The webhook's whole exposition")
struct GoldenExpositionTests {
    @Test("equals the golden file byte for byte")
    func golden() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/webhook-metrics.txt")
        var output: [UInt8] = []
        Self.busyMetrics().registry.render(into: &output)
        if ProcessInfo.processInfo.environment["KELOS_TOKEN_WRITE_GOLDEN"] == "1" {
            try Data(output).write(to: file)
        }
        #expect(String(decoding: output, as: UTF8.self) == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    private static func busyMetrics() -> WebhookMetrics {
        let metrics = WebhookMetrics(
            .init(
                webhooks: ["/mutate--v1-pod"],
                mutations: [(.patched, "complete"), (.skipped, "no-token-secret"), (.error, "malformed")],
                deadlines: ["handshake", "idle", "head", "body", "write", "linger"], version: "1.2.3",
                swiftVersion: "6.3"),
            readProcess: {
                ProcessReading(
                    status: Array("7 (x) S 1 7 7 0 -1 0 0 0 0 0 12 3 0 0 20 0 3 0 4200 52428800 2000 0\n".utf8),
                    limits: Array("Max open files            1024      4096      files\n".utf8),
                    systemStatus: Array("btime 1767366000\n".utf8),
                    networkStatus: Array("IpExt: InOctets OutOctets\nIpExt: 81920 4096\n".utf8),
                    openFileDescriptors: 14, ticksPerSecond: 100, pageSize: 4096)
            })
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
}
