import Telemetry
import Testing

@Suite("The webhook's metrics")
struct WebhookMetricsTests {
    private static func metrics() -> WebhookMetrics {
        WebhookMetrics(
            .init(
                webhooks: ["/mutate--v1-pod", "/mutate-kelos-dev"],
                mutations: [(.patched, "complete"), (.skipped, "no-token-secret"), (.refused, "reserved-name")],
                deadlines: ["handshake", "idle"], version: "1.2.3", swiftVersion: "6.3"),
            readProcess: { nil })
    }

    private static func lines(_ metrics: WebhookMetrics) -> [Substring] {
        var output: [UInt8] = []
        metrics.registry.render(into: &output)
        return String(decoding: output, as: UTF8.self).split(separator: "\n")
    }

    @Test("are all there before the first request, at zero")
    func initialSeries() {
        let lines = Self.lines(Self.metrics())
        for webhook in ["/mutate--v1-pod", "/mutate-kelos-dev"] {
            for code in ["200", "400", "405", "413", "415", "500", "503", "other"] {
                #expect(
                    lines.contains(
                        "controller_runtime_webhook_requests_total{webhook=\"\(webhook)\",code=\"\(code)\"} 0"))
            }
            #expect(lines.contains("controller_runtime_webhook_requests_in_flight{webhook=\"\(webhook)\"} 0"))
            #expect(lines.contains("controller_runtime_webhook_latency_seconds_count{webhook=\"\(webhook)\"} 0"))
        }
        for line in [
            "controller_runtime_webhook_panics_total 0", "certwatcher_read_certificate_total 0",
            "certwatcher_read_certificate_errors_total 0",
            "kelos_token_mutations_total{result=\"skipped\",reason=\"no-token-secret\"} 0",
            "kelos_token_admission_duration_seconds_bucket{le=\"5e-06\"} 0",
            "kelos_token_admission_duration_seconds_bucket{le=\"+Inf\"} 0",
            "kelos_token_certificate_expiration_timestamp_seconds 0", "kelos_token_open_connections 0",
            "kelos_token_connections_accepted_total 0", "kelos_token_connections_shed_total 0",
            "kelos_token_tls_failures_total{phase=\"handshake\"} 0",
            "kelos_token_connections_negotiated_total{protocol=\"h2\"} 0",
            "kelos_token_connection_deadlines_total{deadline=\"idle\"} 0",
            "kelos_token_build_info{version=\"1.2.3\",swift_version=\"6.3\"} 1",
        ] {
            #expect(lines.contains(Substring(line)))
        }
    }

    @Test("count answers by webhook and code, unlisted codes as other")
    func answers() {
        let metrics = Self.metrics()
        metrics.reviews[1].answered(code: 200)
        metrics.reviews[1].answered(code: 418)
        metrics.reviews[0].answered(code: 503)
        let counted = Self.lines(metrics).filter {
            $0.hasPrefix("controller_runtime_webhook_requests_total{") && !$0.hasSuffix(" 0")
        }
        #expect(
            counted == [
                "controller_runtime_webhook_requests_total{webhook=\"/mutate--v1-pod\",code=\"503\"} 1",
                "controller_runtime_webhook_requests_total{webhook=\"/mutate-kelos-dev\",code=\"200\"} 1",
                "controller_runtime_webhook_requests_total{webhook=\"/mutate-kelos-dev\",code=\"other\"} 1",
            ])
    }

    @Test("know the registered pairs and deadlines only")
    func closedSets() throws {
        let metrics = Self.metrics()
        try #require(metrics.mutations.counter(.skipped, reason: "no-token-secret")).increment()
        #expect(metrics.mutations.counter(.skipped, reason: "complete") == nil)
        #expect(metrics.connections.deadline("body") == nil)
        #expect(
            Self.lines(metrics).contains(
                "kelos_token_mutations_total{result=\"skipped\",reason=\"no-token-secret\"} 1"))
    }
}
