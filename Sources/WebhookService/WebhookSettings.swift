package import HTTPServer
package import Operations
package import Platform
package import TLS

/// Everything the webhook is told from outside, read and checked before a port is bound.
package struct WebhookSettings: Sendable {
    package var webhookAddress: SocketAddress
    package var admin: AdminSettings
    package var certificatePath: String
    package var keyPath: String
    package var tls: TLSSettings
    package var limits: ServerLimits
    package var eventLoops: Int
    /// From the signal to the moment the webhook stops accepting, in which readiness fails and every answer ends its
    /// connection.
    package var shutdownDelay: Duration
    /// After that, how long requests may still take.
    package var gracefulShutdownTimeout: Duration
    /// The webhook's own namespace, whose pods are left alone; nil outside a cluster.
    package var ownNamespace: String?
    package var logs: LogSettings
    /// The libraries' versions, for the first log line.
    package var libraries: [String: String]

    package init(
        webhookAddress: SocketAddress, admin: AdminSettings, certificatePath: String, keyPath: String,
        tls: TLSSettings, limits: ServerLimits, eventLoops: Int, shutdownDelay: Duration,
        gracefulShutdownTimeout: Duration, ownNamespace: String?, logs: LogSettings, libraries: [String: String]
    ) {
        self.webhookAddress = webhookAddress
        self.admin = admin
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.tls = tls
        self.limits = limits
        self.eventLoops = eventLoops
        self.shutdownDelay = shutdownDelay
        self.gracefulShutdownTimeout = gracefulShutdownTimeout
        self.ownNamespace = ownNamespace
        self.logs = logs
        self.libraries = libraries
    }
}
