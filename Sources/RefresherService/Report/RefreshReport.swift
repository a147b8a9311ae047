internal import GitHubApps
internal import Kubernetes
package import Logging
internal import Operations
internal import Settings
internal import Synchronization
package import Telemetry
internal import TokenRefresh

/// Turns what the worker tells into metrics and log lines.
///
/// A failure that repeats is told again after a while only, and a GitHub that is away does not flood the log; the metrics
/// count everything.
package final class RefreshReport: RefresherObserver {
    private let metrics: RefresherMetrics
    private let logger: Logger
    private let failures: LimitedLog
    private let missedPods: LimitedLog
    private let podLists: LimitedLog
    private let now: @Sendable () -> UInt64
    private let ledger = Mutex(SecretLedger())

    /// - Parameter now: nanoseconds of the monotonic clock that `metrics` goes by.
    package init(metrics: RefresherMetrics, logger: Logger, now: @escaping @Sendable () -> UInt64) {
        self.metrics = metrics
        self.logger = logger
        self.now = now
        // Fifty Secrets of one namespace fail together when its App does; each of them is worth a line.
        failures = LimitedLog(logger, level: .error, burst: 50, pause: .seconds(1), now: now)
        missedPods = LimitedLog(logger, level: .warning, now: now)
        podLists = LimitedLog(logger, level: .error, burst: 2, pause: .seconds(600), now: now)
    }

    package func observe(_ notice: RefresherNotice) {
        switch notice {
        case .synced(let count): logger.info("Listed the Secrets", metadata: ["managed": .stringConvertible(count)])
        case .leading(let isLeading): lead(isLeading)
        case .managing(let key, let expiry): manage(key, expiry)
        case .released(let key, let reason): release(key, reason)
        case .idle(let key): idle(key)
        case .adopted(let key, let source):
            metrics.secrets.adopted.increment()
            logger.info("Adopted a Secret", metadata: Self.fields(key, ["appSecret": "\(source)"]))
        case .refreshed(let key, let expiry, let lifeLeft): refreshed(key, expiry, lifeLeft)
        case .failed(let key, let failure, let isLatched, let delay): failed(key, failure, isLatched, delay)
        case .conflicted(let key):
            metrics.refreshes.conflicts.increment()
            logger.debug("Somebody else changed the Secret first", metadata: Self.fields(key))
        case .wouldRefresh(let key): logger.info("Would refresh a token", metadata: Self.fields(key))
        case .wouldAdopt(let key, let source):
            logger.info("Would adopt a Secret", metadata: Self.fields(key, ["appSecret": "\(source)"]))
        case .quota(let host, let limit):
            if let remaining = limit.remaining { metrics.gitHub.quota(host: host, remaining: remaining) }
        case .minted(let host, let requests, let took):
            logger.debug(
                "Asked GitHub for a token",
                metadata: ["host": "\(host)", "requests": .stringConvertible(requests), "took": "\(GoDuration(took))"])
        case .missed(let pods): metrics.pods.missed.set(Int64(pods))
        case .missedPod(let key, let secret, let containers):
            missedPods.log(
                "A pod runs without the token's file",
                metadata: [
                    "namespace": "\(key.namespace)", "pod": "\(key.name)", "secret": "\(secret)",
                    "containers": "\(containers)",
                ])
        case .podListFailed(let error): podListFailed(error)
        case .queued(let depth): metrics.queue.depth.set(Int64(depth))
        case .started(let key, let waited):
            ledger.withLock { $0.begin(key) }
            metrics.queue.started(key.labels, waitedNanoseconds: waited.nanoseconds, at: now())
        case .finished(let key, let took):
            let result = ledger.withLock { $0.end(key) }
            metrics.queue.finished(key.labels, result, tookNanoseconds: took.nanoseconds)
        }
    }

    private func lead(_ isLeading: Bool) {
        metrics.kubernetes.isLeader.set(isLeading ? 1 : 0)
        logger.info(isLeading ? "Leading: this replica refreshes the tokens" : "Not leading any more")
        // What failed here is tried elsewhere now.
        guard !isLeading else { return }
        for change in ledger.withLock({ $0.forgetFailures() }) {
            metrics.secrets.moved(from: change.old, to: change.new)
        }
    }

    private func manage(_ key: ObjectKey, _ expiry: Timestamp?) {
        let change = ledger.withLock { $0.manage(key, expiry: expiry) }
        metrics.secrets.moved(from: change.old, to: change.new)
        metrics.secrets.expiration.set(key.labels, to: expiry?.seconds ?? 0)
        logger.debug(
            "Managing a Secret", metadata: Self.fields(key, ["expiresAt": "\(expiry?.rfc3339 ?? "unknown")"]))
    }

    private func release(_ key: ObjectKey, _ reason: RefresherNotice.Release) {
        let change = ledger.withLock { $0.release(key) }
        metrics.secrets.moved(from: change.old, to: change.new)
        metrics.secrets.expiration.remove(key.labels)
        metrics.secrets.released(reason.rawValue)
        logger.info("Released a Secret", metadata: Self.fields(key, ["reason": "\(reason.rawValue)"]))
    }

    private func idle(_ key: ObjectKey) {
        let change = ledger.withLock { $0.idle(key) }
        guard change.old != .idle else { return }
        metrics.secrets.moved(from: change.old, to: change.new)
        metrics.secrets.expiration.remove(key.labels)
        logger.debug("Left a token to expire: nobody uses it now", metadata: Self.fields(key))
    }

    private func refreshed(_ key: ObjectKey, _ expiry: Timestamp, _ lifeLeft: Duration?) {
        let change = ledger.withLock { $0.succeed(key, expiry: expiry) }
        metrics.secrets.moved(from: change.old, to: change.new)
        metrics.secrets.expiration.set(key.labels, to: expiry.seconds)
        metrics.refreshes.succeeded.increment()
        var fields: Logger.Metadata = ["expiresAt": "\(expiry.rfc3339)"]
        if let lifeLeft {
            metrics.refreshes.lifeLeft.observe(nanoseconds: lifeLeft.nanoseconds)
            fields["lifeLeft"] = "\(GoDuration.seconds(Int32(clamping: lifeLeft.components.seconds)))"
        }
        logger.info("Refreshed a token", metadata: Self.fields(key, fields))
    }

    private func failed(_ key: ObjectKey, _ failure: RefreshFailure, _ isLatched: Bool, _ delay: Duration) {
        let now = now()
        let (change, isNews, expiry) = ledger.withLock { ledger in
            let (change, isNews) = ledger.fail(key, failure, isLatched: isLatched, at: now)
            return (change, isNews, ledger.expiry(of: key))
        }
        metrics.secrets.moved(from: change.old, to: change.new)
        // In use again.
        if change.old == .idle { metrics.secrets.expiration.set(key.labels, to: expiry?.seconds ?? 0) }
        metrics.refreshes.failed(
            RefreshMetrics.Failure(kind: failure.failureClass.rawValue, cause: failure.cause.rawValue))
        metrics.queue.retried.increment()
        let fields = Self.fields(
            key,
            [
                "error": "\(failure.message)", "class": "\(failure.failureClass.rawValue)",
                "cause": "\(failure.cause.rawValue)", "retryAfter": "\(GoDuration(delay))",
            ])
        let message: Logger.Message = "Failed to refresh a token"
        if isNews { failures.log(message, metadata: fields) } else { logger.debug(message, metadata: fields) }
    }

    private func podListFailed(_ error: KubernetesError) {
        metrics.pods.listFailures.increment()
        var fields: Logger.Metadata = ["error": "\(error)"]
        if error.code == .forbidden {
            fields["remedy"] = "let the refresher's ClusterRole list pods, as the manifests of this version do"
        }
        podLists.log("Failed to list the pods, so those without the token's file are not known", metadata: fields)
    }

    private static func fields(_ key: ObjectKey, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
        var fields = more
        fields["namespace"] = "\(key.namespace)"
        fields["secret"] = "\(key.name)"
        return fields
    }
}

extension ObjectKey {
    /// The labels `namespace` and `secret`.
    fileprivate var labels: [String] { [namespace, name] }
}

extension Duration {
    /// Whole nanoseconds; zero for a negative span.
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
    }
}

extension GoDuration {
    fileprivate init(_ span: Duration) {
        self.init(nanoseconds: Int64(clamping: span.nanoseconds))
    }
}
