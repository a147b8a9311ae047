import ArgumentParser
import CommandOptions
import HTTP2
import Platform
import Settings
import TLS
import WebhookService

/// The webhook's command line: flags in, a running server, an exit code out.
@main
struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kelos-token-webhook",
        abstract: "Mutating admission webhook that keeps GitHub tokens fresh in Kelos pods.",
        discussion: """
            Serves AdmissionReviews over HTTPS and needs no access to the Kubernetes API: at /mutate--v1-pod it wires \
            pods, at /mutate-kelos-dev it refuses podOverrides of Tasks, TaskSpawners, WorkerPools, Sessions and \
            SessionSpawners that would break their pods. \
            Addresses are written as :9443, 127.0.0.1:9443 or [::1]:9443, durations as in Go: 500ms, 15s, 1m30s. \
            POD_NAMESPACE in the environment names the webhook's own namespace, whose pods it leaves alone.

            Exit codes: 0 after a clean stop; 1 when a certificate, an address or the server fails, or at a second \
            signal; 64 for a flag that cannot be used.
            """,
        version: versionLine)

    @OptionGroup(title: "Addresses") var addresses: AddressOptions
    @OptionGroup(title: "Addresses") var admin: AdminAddressOptions
    @OptionGroup(title: "TLS") var tls: TLSOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Shutdown") var shutdown: ShutdownOptions
    @OptionGroup(title: "Logs") var logs: LogOptions

    static var libraries: [String: String] {
        ["openssl": TLSContext.libraryVersion, "nghttp2": HTTP2Engine.libraryVersion, "swift": BuildVersion.swift]
    }

    private static var versionLine: String {
        let libraries = Self.libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "kelos-token-webhook \(BuildVersion.project) (\(libraries.joined(separator: ", ")))"
    }

    static func main() async {
        ProcessFiles.ignoreUserSignal()
        await runAndExit()
    }

    func run() async throws {
        do {
            try await Webhook.run(settings())
        } catch is WebhookFailure {
            // Logged where it happened; standard error carries log lines only.
            throw ExitCode.failure
        }
    }
}
