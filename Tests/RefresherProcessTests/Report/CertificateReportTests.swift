import CertificateRotation
import ServerTestSupport
import Telemetry
import Testing

@testable import RefresherService

@Suite("What is told of the webhook's certificates")
struct CertificateReportTests {
    private static let prefix = "kelos_token_webhook_certificate_"

    private let worker = ReportedWorker()
    private let log = LogRecorder()
    private let report: CertificateReport

    init() {
        report = CertificateReport(
            metrics: worker.metrics.webhookCertificates, configuration: "hooks", logger: log.logger)
    }

    private func told(_ name: String) -> [String] {
        worker.told(Self.prefix + name).map { String($0.dropFirst(Self.prefix.count)) }
    }

    @Test("is zero until something is seen, and again when another replica tells it")
    func seen() {
        let zero = [
            #"expiration_timestamp_seconds{certificate="ca"} 0"#,
            #"expiration_timestamp_seconds{certificate="leaf"} 0"#,
        ]
        #expect(told("expiration") == zero)
        report.observe(
            .seen(
                RotationObservation(
                    time: .zero, now: 0, names: [], bundles: [],
                    replicas: [.unknown, .serves(fingerprint: "b", isTrusted: true)],
                    leaf: StoredLeaf(
                        certificate: CertificateFacts(fingerprint: "b", validity: 0...7), names: [], signer: nil),
                    authorities: StoredAuthorities(current: CertificateFacts(fingerprint: "a", validity: 0...9)))))
        #expect(
            told("expiration") == [
                #"expiration_timestamp_seconds{certificate="ca"} 9"#,
                #"expiration_timestamp_seconds{certificate="leaf"} 7"#,
            ])
        #expect(told("stale") == ["stale_replicas 1"])
        report.observe(.stopped)
        #expect(told("expiration") == zero)
        #expect(told("stale") == ["stale_replicas 0"])
    }

    @Test("counts leaves, and authorities that begin to sign")
    func rotations() {
        for action: RotationAction in [
            .replaceAuthority(validity: 0...10), .writeBundles([["a"], nil]),
            .issueLeaf(validity: 0...20, because: .missing), .prepareAuthority(validity: 0...30), .promoteAuthority,
            .forgetAuthorities(["a"]),
        ] { report.observe(.acted(action)) }
        #expect(
            told("rotations") == [
                #"rotations_total{certificate="ca"} 2"#, #"rotations_total{certificate="leaf"} 1"#,
            ])
        #expect(
            log.all == [
                "info: Made a certificate authority for the webhook expiresAt=1970-01-01T00:00:10Z "
                    + "webhookConfiguration=hooks",
                "info: Wrote the bundles of the webhook configuration certificates=1, unchanged "
                    + "webhookConfiguration=hooks",
                "info: Made a certificate for the webhook expiresAt=1970-01-01T00:00:20Z reason=missing "
                    + "webhookConfiguration=hooks",
                "info: Made the webhook's next certificate authority expiresAt=1970-01-01T00:00:30Z "
                    + "webhookConfiguration=hooks",
                "info: The webhook's next certificate authority signs from now on webhookConfiguration=hooks",
                "info: Forgot a certificate authority that no webhook needs any more webhookConfiguration=hooks",
            ])
    }

    @Test("tells a wait once, and again after something was done")
    func waiting() {
        let line = "info: Waiting until all webhooks serve the new certificate webhookConfiguration=hooks"
        for _ in 0..<3 { report.observe(.waiting(.replicas)) }
        #expect(log.all == [line])
        report.observe(.acted(.promoteAuthority))
        report.observe(.waiting(.replicas))
        #expect(log.all.filter { $0 == line }.count == 2)
    }

    @Test("counts every failure, and tells some of them")
    func failures() {
        for _ in 0..<50 { report.observe(.failed(CertificateProblem("It broke"))) }
        #expect(told("failures") == ["failures_total 50"])
        #expect((1...10).contains(log.all.count))
        #expect(log.all.first == "error: Failed to manage the webhook's certificates error=It broke")
    }

    @Test("tells what a dry run would do, and what it cannot see")
    func rest() {
        report.observe(.wouldAct(.promoteAuthority))
        report.observe(.overtaken(.promoteAuthority))
        report.observe(.unseen(place: "10.0.0.1:9443", reason: "it does not answer in time"))
        #expect(
            log.all == [
                "info: Would do: The webhook's next certificate authority signs from now on "
                    + "webhookConfiguration=hooks",
                "info: Somebody else wrote first step=promoteAuthority webhookConfiguration=hooks",
                "warning: Cannot see what a webhook serves error=it does not answer in time place=10.0.0.1:9443",
            ])
        #expect(told("rotations").allSatisfy { $0.hasSuffix(" 0") })
    }
}
