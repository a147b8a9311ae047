import ArgumentParser
import CertificateRotation
import RefresherService
import Testing

@testable import kelos_token_refresher

@Suite("The command line's flags for the webhook's certificates")
struct CertificateSettingsTests {
    private func settings(_ arguments: String...) throws -> RefresherSettings.WebhookCertificates? {
        try RefresherCommand.parse(arguments).settings(environment: [:]).webhookCertificates
    }

    @Test("leave them alone unless they are to be managed")
    func off() throws {
        #expect(try settings() == nil)
        #expect(try settings("--manage-webhook-certificates=false") == nil)
        #expect(try settings("--webhook-ca-secret=a") == nil)
    }

    @Test("have the documented defaults")
    func defaults() throws {
        let settings = try #require(try settings("--manage-webhook-certificates"))
        #expect(settings.configuration == "kelos-token-webhook")
        #expect(settings.namespace == nil)
        #expect(settings.authoritySecret == "kelos-token-webhook-ca")
        #expect(settings.leafSecret == "kelos-token-webhook-cert")
        #expect(settings.policy == .standard)
        let help = RefresherCommand.helpMessage(columns: 400)
        #expect(help.contains("is renewed after two thirds of it. (default: 2160h)"))
        #expect(settings.policy.leafLifetime == .seconds(2160 * 3600))
        #expect(help.contains("the next one follows. (default: 87600h)"))
        #expect(settings.policy.authorityLifetime == .seconds(87_600 * 3600))
        #expect(help.contains("before the old authority is taken out. (default: 2m)"))
        #expect(settings.policy.settleTime == .seconds(120))
    }

    @Test("are all taken")
    func flags() throws {
        let settings = try #require(
            try settings(
                "--manage-webhook-certificates=true", "--webhook-configuration-name", "c.d",
                "--webhook-certificate-namespace", "n", "--webhook-ca-secret", "a", "--webhook-certificate-secret", "b",
                "--webhook-ca-lifetime", "3m", "--webhook-certificate-lifetime", "1m",
                "--webhook-certificate-settle-time", "5s"))
        #expect(settings.configuration == "c.d")
        #expect(settings.namespace == "n")
        #expect(settings.authoritySecret == "a")
        #expect(settings.leafSecret == "b")
        #expect(
            settings.policy
                == (try RotationPolicy(
                    authorityLifetime: .seconds(180), leafLifetime: .seconds(60), settleTime: .seconds(5))))
    }

    @Test(
        "are refused with what to do",
        arguments: [
            (["--webhook-certificate-lifetime=1m"], "times the settle time or more: --webhook-ca-lifetime is 87600h"),
            (["--webhook-ca-lifetime=2160h"], "the CA's lifetime must be 3 times the certificate's or more"),
            (["--webhook-certificate-settle-time=0"], "the settle time must be one second or more"),
            (["--webhook-ca-lifetime=ten years"], "ten years"),
            (["--webhook-configuration-name=A b"], "--webhook-configuration-name: \"A b\" is no name of an object."),
            (["--webhook-ca-secret=a_b"], "--webhook-ca-secret: \"a_b\" is no name of an object."),
            (["--webhook-ca-secret=kelos-token-webhook-cert"], "the webhook must not get the authority's key"),
            (["--webhook-certificate-namespace=a.b"], "\"a.b\" is no name of a namespace."),
            (["--manage-webhook-certificates=perhaps"], "--manage-webhook-certificates"),
        ])
    func refusals(arguments: [String], message: String) {
        let error = #expect(throws: (any Error).self) { try RefresherCommand.parse(arguments) }
        #expect(error.map { RefresherCommand.message(for: $0).contains(message) } == true)
    }
}
