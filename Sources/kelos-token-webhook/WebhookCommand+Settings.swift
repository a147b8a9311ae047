import ArgumentParser
import CommandOptions
import HTTPSemantics
import HTTPServer
import Operations
import Platform
import Settings
import TLS
import WebhookService

extension WebhookCommand {
    /// The settings that the command line asks for.
    ///
    /// - Throws: `ValidationError`, which exits with 64, when a flag or the file it names cannot be used.
    func settings() throws -> WebhookSettings {
        guard let webhook = SocketAddress(addresses.webhook) else {
            throw ValidationError("--webhook-bind-address cannot be 0: serving reviews is what this program does.")
        }
        var serverLimits = ServerLimits()
        serverLimits.http.bodyBytes = limits.requestBytes.bytes
        serverLimits.connections = limits.connections
        // One body of the largest size must always find room.
        serverLimits.bufferedBodyBytes = max(serverLimits.bufferedBodyBytes, limits.requestBytes.bytes)
        return WebhookSettings(
            webhookAddress: webhook, admin: admin.settings, certificatePath: tls.certificate, keyPath: tls.key,
            tls: try tlsSettings(), limits: serverLimits, eventLoops: limits.eventLoops,
            shutdownDelay: shutdown.delay.duration, gracefulShutdownTimeout: shutdown.timeout.duration,
            ownNamespace: ProcessEnvironment.value("POD_NAMESPACE"), logs: logs.settings, libraries: Self.libraries)
    }

    private func tlsSettings() throws -> TLSSettings {
        var settings = TLSSettings()
        settings.minimumVersion = tls.minimumVersion == .tls13 ? .tls13 : .tls12
        settings.offersHTTP2 = try tls.enablesHTTP2()
        if let path = tls.clientAuthorities {
            do {
                settings.clientAuthorities = try FileContents.read(path, limit: clientAuthoritiesLimit)
            } catch {
                throw ValidationError("--client-ca-file \(path): \(error.reason).")
            }
        }
        return settings
    }

    /// A bundle of every public authority is about 200 KiB.
    private var clientAuthoritiesLimit: Int { 1024 * 1024 }
}
