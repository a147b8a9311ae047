import ArgumentParser
import HTTPSemantics
import HTTPServer
import Operations
import Platform
import ServerTestSupport
import Settings
import TLS
import Testing
import WebhookService

@testable import kelos_token_webhook

@Suite("The webhook's command line")
struct CommandSettingsTests {
    private func settings(_ arguments: String...) throws -> WebhookSettings {
        try WebhookCommand.parse(arguments).settings()
    }

    @Test("has the documented defaults")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.webhookAddress == SocketAddress(host: nil, port: 9443))
        #expect(settings.admin.metricsAddress == SocketAddress(host: nil, port: 8080))
        #expect(settings.admin.healthAddress == SocketAddress(host: nil, port: 8081))
        #expect(settings.certificatePath == "/tmp/k8s-webhook-server/serving-certs/tls.crt")
        #expect(settings.keyPath == "/tmp/k8s-webhook-server/serving-certs/tls.key")
        #expect(settings.tls.minimumVersion == .tls12)
        #expect(settings.tls.offersHTTP2)
        #expect(settings.tls.clientAuthorities == nil)
        #expect(settings.limits.http.bodyBytes == 7 * 1024 * 1024)
        #expect(settings.limits.connections == 1024)
        #expect(settings.eventLoops == 0)
        #expect(settings.shutdownDelay == .seconds(10))
        #expect(settings.gracefulShutdownTimeout == .seconds(30))
        #expect(settings.logs.level == .info)
    }

    @Test("carries every flag into the settings")
    func flags() throws {
        let directory = try TemporaryDirectory()
        try directory.write([1, 2], to: "ca.crt")
        let settings = try settings(
            "--webhook-bind-address", "127.0.0.1:0", "--metrics-bind-address", "0", "--health-probe-bind-address",
            "[::1]:8081", "--tls-cert-file", "c", "--tls-private-key-file", "k", "--tls-min-version", "1.3",
            "--client-ca-file", directory.path("ca.crt"), "--enable-http2=false", "--max-request-bytes", "9Mi",
            "--max-connections", "5", "--event-loops", "3", "--shutdown-delay", "250ms",
            "--graceful-shutdown-timeout", "1m30s", "--verbosity", "1")
        #expect(settings.webhookAddress == SocketAddress(host: "127.0.0.1", port: 0))
        #expect(settings.admin.metricsAddress == nil)
        #expect(settings.admin.healthAddress == SocketAddress(host: "::1", port: 8081))
        #expect(settings.certificatePath == "c")
        #expect(settings.keyPath == "k")
        #expect(settings.tls.minimumVersion == .tls13)
        #expect(!settings.tls.offersHTTP2)
        #expect(settings.tls.clientAuthorities == [1, 2])
        #expect(settings.limits.http.bodyBytes == 9 * 1024 * 1024)
        #expect(settings.limits.connections == 5)
        #expect(settings.eventLoops == 3)
        #expect(settings.shutdownDelay == .milliseconds(250))
        #expect(settings.gracefulShutdownTimeout == .seconds(90))
        #expect(settings.logs.level == .debug)
    }

    @Test("has room for one body of the largest size, however large that is")
    func budget() throws {
        let settings = try settings("--max-request-bytes", "1Gi")
        #expect(settings.limits.bufferedBodyBytes == 1024 * 1024 * 1024)
    }

    @Test("names the flag and the file when the client authorities cannot be read")
    func missingAuthorities() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: ValidationError.self) {
            try settings("--client-ca-file", directory.path("none"))
        }
        #expect(error?.message == "--client-ca-file \(directory.path("none")): No such file or directory.")
    }

    @Test(
        "refuses what it cannot use",
        arguments: [
            ["--max-connections", "0"], ["--event-loops", "65"], ["--event-loops", "-1"], ["--tls-min-version", "1.1"],
            ["--verbosity", "1", "--zap-log-level", "debug"], ["--webhook-bind-address", "nonsense"],
            ["--shutdown-delay", "10"],
        ])
    func refusals(arguments: [String]) {
        #expect(throws: (any Error).self) { try WebhookCommand.parse(arguments).settings() }
    }

    @Test("cannot switch the reviews themselves off")
    func noReviews() {
        let error = #expect(throws: ValidationError.self) { try settings("--webhook-bind-address", "0") }
        #expect(
            error?.message == "--webhook-bind-address cannot be 0: serving reviews is what this program does.")
    }
}
