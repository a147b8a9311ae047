internal import CertificateRotation
package import Logging
internal import Operations
internal import Synchronization
package import Telemetry
internal import TokenRefresh

/// Turns what is told of the webhook's certificates into metrics and log lines. What repeats is logged now and again.
package final class CertificateReport: CertificateObserver {
    private let metrics: WebhookCertificateMetrics
    private let configuration: String
    private let logger: Logger
    private let failures: LimitedLog
    private let unseen: LimitedLog
    private let overtaken: LimitedLog
    private let waiting = Mutex<RotationWait?>(nil)

    /// - Parameter configuration: the name of the MutatingWebhookConfiguration.
    package init(metrics: WebhookCertificateMetrics, configuration: String, logger: Logger) {
        self.metrics = metrics
        self.configuration = configuration
        self.logger = logger
        failures = LimitedLog(logger, level: .error)
        unseen = LimitedLog(logger, level: .warning)
        overtaken = LimitedLog(logger, level: .info)
    }

    package func observe(_ notice: CertificateNotice) {
        switch notice {
        case .seen(let seen): measure(seen)
        case .waiting(let reason): wait(reason)
        case .acted(let action):
            count(action)
            waiting.withLock { $0 = nil }
            log(action.told, action)
        case .wouldAct(let action): log("Would do: \(action.told)", action)
        case .overtaken(let action):
            overtaken.log(
                "Somebody else wrote first", metadata: fields(["step": "\(action.kind)"]))
        case .unseen(let place, let reason):
            unseen.log(
                "Cannot see what a webhook serves", metadata: ["place": "\(place)", "error": "\(reason)"])
        case .failed(let problem):
            metrics.failures.increment()
            failures.log("Failed to manage the webhook's certificates", metadata: ["error": "\(problem)"])
        case .stopped:
            // What is true from now on, another replica tells.
            metrics.expires(.authority, at: nil)
            metrics.expires(.leaf, at: nil)
            metrics.staleReplicas.set(0)
            waiting.withLock { $0 = nil }
        }
    }

    private func measure(_ seen: RotationObservation) {
        metrics.expires(.authority, at: seen.authorities.current?.validity.upperBound)
        metrics.expires(.leaf, at: seen.leaf?.certificate.validity.upperBound)
        metrics.staleReplicas.set(Int64(seen.staleReplicas))
    }

    private func count(_ action: RotationAction) {
        switch action {
        case .issueLeaf: metrics.rotated(.leaf)
        case .replaceAuthority, .promoteAuthority: metrics.rotated(.authority)
        case .prepareAuthority, .forgetAuthorities, .writeBundles: break
        }
    }

    private func wait(_ reason: RotationWait) {
        let isNews = waiting.withLock { known in
            defer { known = reason }
            return known != reason
        }
        guard isNews else { return }
        let message: Logger.Message =
            switch reason {
            case .webhooks: "No webhook of the configuration has an address"
            case .apiServers: "Waiting until all API servers know the bundle"
            case .replicas: "Waiting until all webhooks serve the new certificate"
            case .renewal: "The webhook's certificates are as they should be"
            }
        logger.info(message, metadata: fields())
    }

    private func log(_ message: String, _ action: RotationAction) {
        var fields = fields()
        switch action {
        case .issueLeaf(let validity, let defect):
            fields["reason"] = "\(defect.rawValue)"
            fields["expiresAt"] = "\(Timestamp(seconds: validity.upperBound).rfc3339)"
        case .replaceAuthority(let validity), .prepareAuthority(let validity):
            fields["expiresAt"] = "\(Timestamp(seconds: validity.upperBound).rfc3339)"
        case .promoteAuthority, .forgetAuthorities: break
        case .writeBundles(let bundles):
            let counts = bundles.map { $0.map { String($0.count) } ?? "unchanged" }
            fields["certificates"] = "\(counts.joined(separator: ", "))"
        }
        logger.info("\(message)", metadata: fields)
    }

    private func fields(_ more: Logger.Metadata = [:]) -> Logger.Metadata {
        more.merging(["webhookConfiguration": "\(configuration)"]) { own, _ in own }
    }
}

extension RotationAction {
    fileprivate var told: String {
        switch self {
        case .replaceAuthority: "Made a certificate authority for the webhook"
        case .prepareAuthority: "Made the webhook's next certificate authority"
        case .promoteAuthority: "The webhook's next certificate authority signs from now on"
        case .forgetAuthorities: "Forgot a certificate authority that no webhook needs any more"
        case .writeBundles: "Wrote the bundles of the webhook configuration"
        case .issueLeaf: "Made a certificate for the webhook"
        }
    }
}
