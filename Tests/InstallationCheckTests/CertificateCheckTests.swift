import PodManifests
import Sandbox
import TLS
import Testing
import TokenRefresh

@testable import InstallationCheck

@Suite("The webhook's certificate")
struct CertificateCheckTests {
    private static let made = Result { try WebhookCertificate() }
    private let pair: WebhookCertificate
    private let begin: Timestamp
    private let end: Timestamp

    init() throws {
        pair = try Self.made.get()
        let validity = try PresentedCertificate(pem: pair.leaf).validity
        begin = Timestamp(seconds: validity.lowerBound)
        end = Timestamp(seconds: validity.upperBound)
    }

    private func entries(trusting authority: [UInt8]?) throws -> [WebhookEntry] {
        try Registration.entries { entry in
            entry.set(path: ["clientConfig", "caBundle"], authority.map { .string(Base64Text.encoded($0)) })
        }
    }

    private func results(
        _ certificate: ServedCertificate? = nil, at now: Timestamp? = nil, trusting authority: [UInt8]?? = .none
    ) throws -> [CheckResult] {
        CertificateCheck(certificate: certificate ?? .stored(in: "n/s", pair.leaf), now: now ?? begin + .seconds(60))
            .results(for: try entries(trusting: authority ?? pair.authority))
    }

    @Test("leads to the bundle, is for the Service, and is good for long")
    func good() throws {
        let results = try results()
        #expect(results.map(\.verdict) == [.ok, .ok, .ok])
        #expect(results.map(\.link) == [.authority, .certificateNames, .certificateExpiry])
        #expect(results[0].message == "the certificate in Secret n/s leads to the caBundle of all 3 webhooks")
        #expect(results[1].message.hasSuffix("is for kelos-token-webhook.kelos-token-system.svc"))
        #expect(results[2].message.hasSuffix("is valid until \(end.rfc3339), 364d 23h from now"))
    }

    @Test(
        "is worth a warning two weeks before its end, and a failure three days before",
        arguments: [
            (14 * 86_400, Verdict.ok), (14 * 86_400 - 1, .warning), (3 * 86_400, .warning), (3 * 86_400 - 1, .failed),
        ])
    func ending(secondsLeft: Int, verdict: Verdict) throws {
        #expect(try results(at: end - .seconds(secondsLeft))[2].verdict == verdict)
    }

    @Test("may have ended, or not begun")
    func ended() throws {
        let late = try results(at: end)
        #expect(late[2].verdict == .failed && late[2].message.hasSuffix("expired at \(end.rfc3339)"))
        #expect(late[0].verdict == .ok)
        let early = try results(at: begin - .seconds(1))
        #expect(early[2].verdict == .failed && early[2].message.contains("is valid from \(begin.rfc3339) only"))
    }

    @Test("may be of another authority than the bundle's")
    func stranger() throws {
        let results = try results(trusting: try WebhookCertificate().authority)
        #expect(results.map(\.verdict) == [.failed, .ok, .ok])
        #expect(
            results[0].message
                == "kelos-pods.github-token.kelos.dev: the certificate in Secret n/s does not lead to its "
                + "caBundle (unable to get local issuer certificate)")
    }

    @Test("counts as trusted by itself, as in Go")
    func pinned() throws {
        #expect(try results(trusting: pair.leaf)[0].verdict == .ok)
    }

    @Test("is trusted while one of several authorities in the bundle signed it")
    func several() throws {
        #expect(try results(trusting: WebhookCertificate().authority + pair.authority)[0].verdict == .ok)
    }

    @Test("does no good under an authority that has ended")
    func authorityEnded() throws {
        let results = try results(at: begin + .seconds(31 * 86_400))
        #expect(results.map(\.verdict) == [.failed, .ok, .ok])
        #expect(results[0].message.contains("an authority in its caBundle or in the chain is out of date"))
    }

    @Test("cannot be trusted without a bundle", arguments: [nil, [UInt8]("no certificate".utf8)])
    func noBundle(authority: [UInt8]?) throws {
        #expect(try results(trusting: .some(authority))[0].verdict == .failed)
    }

    @Test("may be for another name; the common name does not count")
    func names() throws {
        let other = try WebhookCertificate(names: "DNS:other.svc")
        let results = try CertificateCheck(certificate: .stored(in: "n/s", other.leaf), now: begin + .seconds(60))
            .results(for: entries(trusting: other.authority))
        #expect(results.map(\.verdict) == [.ok, .failed, .ok])
        let presented = try PresentedCertificate(pem: other.leaf)
        #expect(presented.isFor(host: "other.svc") && !presented.isFor(host: "not-a-name"))
        #expect(try PresentedCertificate(pem: pair.leaf).isFor(host: "127.0.0.1"))
        #expect(try !PresentedCertificate(pem: pair.leaf).isFor(host: "127.0.0.2"))
    }

    @Test("may be unreadable, unreachable, or out of sight")
    func unseen() throws {
        #expect(try results(.shown(by: "h", Array("x".utf8))).map(\.verdict) == [.failed])
        #expect(try results(.unreachable("gone", mend: "start")).map(\.verdict) == [.failed])
        let unseen = try results(.unseen("nobody may"))
        #expect(unseen.map(\.verdict) == [.skipped, .skipped, .skipped])
        #expect(unseen[0].message == "not checked: nobody may")
    }
}
