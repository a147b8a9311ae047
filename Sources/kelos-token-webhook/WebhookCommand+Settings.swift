import ArgumentParser
import HTTPSemantics
import HTTPServer
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
            webhookAddress: webhook, metricsAddress: SocketAddress(addresses.metrics),
            healthAddress: SocketAddress(addresses.health), certificatePath: tls.certificate, keyPath: tls.key,
            tls: try tlsSettings(), limits: serverLimits, eventLoops: limits.eventLoops,
            shutdownDelay: shutdown.delay.duration, gracefulShutdownTimeout: shutdown.timeout.duration,
            ownNamespace: ProcessEnvironment.value("POD_NAMESPACE"), logLevel: logs.chosenLevel,
            logEncoding: logs.encoding, logTimeEncoding: logs.timeEncoding, libraries: Self.libraries)
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

extension SocketAddress {
    /// nil when the address is 0, which switches a server off.
    init?(_ address: BindAddress) {
        guard case .listen(let host, let port) = address else { return nil }
        self.init(host: host.map { "\($0)" }, port: port)
    }
}
