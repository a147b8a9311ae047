internal import ArgumentParser
package import Operations
package import Platform
package import Settings

/// Where a program serves its metrics and probes.
package struct AdminAddressOptions: ParsableArguments {
    @Option(
        name: .customLong("metrics-bind-address"),
        help: ArgumentHelp(
            "Where /metrics is served over HTTP; 0 switches it off. (default: :8080)", valueName: "address"),
        transform: BindAddress.init(argument:))
    var metrics = BindAddress.listen(nil, port: 8080)

    @Option(
        name: .customLong("health-probe-bind-address"),
        help: ArgumentHelp(
            "Where /healthz, /livez and /readyz are served over HTTP; 0 switches them off. (default: :8081)",
            valueName: "address"),
        transform: BindAddress.init(argument:))
    var health = BindAddress.listen(nil, port: 8081)

    package init() {}

    package var settings: AdminSettings {
        AdminSettings(metricsAddress: SocketAddress(metrics), healthAddress: SocketAddress(health))
    }
}

extension SocketAddress {
    /// nil when the address is 0, which switches a server off.
    package init?(_ address: BindAddress) {
        guard case .listen(let host, let port) = address else { return nil }
        self.init(host: host.map { "\($0)" }, port: port)
    }
}
