package import Logging

/// Logs in the shape of controller-runtime's zap encoders, so that whatever reads the other controllers' logs reads ours:
/// `{"level":"info","ts":"2026-01-02T15:04:05Z","logger":"admission","msg":"Mutated pod","namespace":"default"}`.
package struct ZapLogHandler: LogHandler {
    private let label: String
    private let output: LogOutput
    private let threshold: LogThreshold
    /// Of a logger that was given a level of its own.
    private var ownLevel: Logger.Level?
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    /// - Parameter label: the logger's name, printed as `logger`.
    package init(label: String, threshold: LogThreshold, output: LogOutput) {
        self.label = label
        self.threshold = threshold
        self.output = output
    }

    /// The process's, which may change at any time, until it is set.
    package var logLevel: Logger.Level {
        get { ownLevel ?? threshold.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let given = event.metadata { fields.merge(given) { _, new in new } }
        if let error = event.error { fields["error"] = .string("\(error)") }
        let line = LogLine(
            time: output.now(), level: event.level, label: label, message: event.message.description, metadata: fields)
        output.write(line.encoded(output.encoding, time: output.timeEncoding))
    }
}
