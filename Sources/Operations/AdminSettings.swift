package import Platform

/// Where probes and metrics are served.
package struct AdminSettings: Equatable, Sendable {
    /// nil: no metrics are served.
    package var metricsAddress: SocketAddress?
    /// nil: no health probes are served.
    package var healthAddress: SocketAddress?

    package init(metricsAddress: SocketAddress?, healthAddress: SocketAddress?) {
        self.metricsAddress = metricsAddress
        self.healthAddress = healthAddress
    }
}
