/// The serving certificate: how often it was read, and until when it is valid.
package struct CertificateMetrics: Sendable {
    package let reads: Counter
    package let readErrors: Counter
    /// Seconds since 1970; 0 while no certificate is loaded.
    package let expiration: Gauge

    init(_ registry: inout MetricsRegistry) {
        reads = registry.counter(
            "certwatcher_read_certificate_total", help: "Total number of certificate reads.")
        readErrors = registry.counter(
            "certwatcher_read_certificate_errors_total", help: "Total number of certificate read errors.")
        expiration = registry.gauge(
            "kelos_token_certificate_expiration_timestamp_seconds",
            help: "When the serving certificate expires, in seconds since the epoch; 0 without a certificate.")
    }
}
