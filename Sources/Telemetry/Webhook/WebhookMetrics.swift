/// Every metric of the webhook. All series exist from the first scrape on.
package struct WebhookMetrics: Sendable {
    /// What this webhook can count: the closed sets behind the labels.
    package struct Labels: Sendable {
        /// The webhook paths, `/mutate--v1-pod` and so on.
        package var webhooks: [String]
        package var codes: [UInt16]
        package var mutations: [(result: MutationResult, reason: String)]
        package var deadlines: [String]
        package var version: String
        package var swiftVersion: String

        package init(
            webhooks: [String], codes: [UInt16] = ReviewMetrics.defaultCodes,
            mutations: [(result: MutationResult, reason: String)], deadlines: [String], version: String,
            swiftVersion: String
        ) {
            self.webhooks = webhooks
            self.codes = codes
            self.mutations = mutations
            self.deadlines = deadlines
            self.version = version
            self.swiftVersion = swiftVersion
        }
    }

    package let registry: MetricsRegistry
    /// In the order of `Labels.webhooks`.
    package let reviews: [ReviewMetrics]
    package let panics: Counter
    package let mutations: MutationMetrics
    /// From the body's last byte to the finished answer.
    package let admissionDuration: Histogram
    package let certificate: CertificateMetrics
    package let connections: ConnectionMetrics

    /// - Parameter readProcess: reads the kernel's files about this process, once per scrape; nil when it cannot.
    package init(_ labels: Labels, readProcess: @escaping @Sendable () -> ProcessReading?) {
        var registry = MetricsRegistry()
        reviews = Self.reviews(labels, &registry)
        panics = registry.counter(
            "controller_runtime_webhook_panics_total", help: "Total number of webhook panics.")
        mutations = MutationMetrics(&registry, reasons: labels.mutations)
        admissionDuration = registry.histogram(
            "kelos_token_admission_duration_seconds", help: "Time to decide a review and to write its answer.",
            buckets: .admission)
        certificate = CertificateMetrics(&registry)
        connections = ConnectionMetrics(&registry, deadlines: labels.deadlines)
        registry.info(
            "kelos_token_build_info", help: "The build that is running.",
            labels: MetricLabels(["version": labels.version, "swift_version": labels.swiftVersion]))
        registry.computed(ProcessReading.metrics) { readProcess()?.values ?? [] }
        self.registry = registry
    }

    private static func reviews(_ labels: Labels, _ registry: inout MetricsRegistry) -> [ReviewMetrics] {
        let webhooks = labels.webhooks.map { MetricLabels(["webhook": $0]) }
        let inFlight = registry.gauges(
            "controller_runtime_webhook_requests_in_flight",
            help: "Current number of admission requests being served.", labels: webhooks)
        let latency = registry.histograms(
            "controller_runtime_webhook_latency_seconds",
            help: "Histogram of the latency of processing admission requests.", buckets: .controllerRuntime,
            labels: webhooks)
        let codes = labels.codes.map(String.init) + ["other"]
        let requests = registry.counters(
            "controller_runtime_webhook_requests_total",
            help: "Total number of admission requests by HTTP status code.",
            labels: webhooks.flatMap { webhook in codes.map { webhook.adding("code", $0) } })
        return webhooks.indices.map { index in
            let first = index * codes.count
            return ReviewMetrics(
                inFlight: inFlight[index], latency: latency[index],
                requests: Array(requests[first..<(first + codes.count)]), codes: labels.codes)
        }
    }
}
