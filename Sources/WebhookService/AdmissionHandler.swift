internal import Admission
internal import HTTPSemantics
internal import Logging
internal import Operations
internal import Platform
internal import Telemetry
internal import TokenInjection

/// Serves admission reviews on one event loop.
///
/// | request | answer |
/// |---|---|
/// | well-formed review | 200 and an AdmissionReview, whatever the decision |
/// | body that is no review | 400 and one line that tells what is wrong, never what was sent |
/// | other method | 405 and `Allow: POST` |
/// | other path | 404 |
/// | other content type, or a content encoding | 415 |
final class AdmissionHandler: RequestHandler {
    private let reviewer: AdmissionReviewer
    private let metrics: WebhookMetrics
    private let decisions: DecisionCounters
    private let logger: Logger
    private let malformed: LimitedLog

    /// - Parameter malformed: of requests that are no review, which whoever reaches the port can send; for all loops.
    init(policy: InjectionPolicy, metrics: WebhookMetrics, logger: Logger, malformed: LimitedLog) {
        reviewer = AdmissionReviewer(policy: policy)
        self.metrics = metrics
        decisions = DecisionCounters(metrics.mutations)
        self.logger = logger
        self.malformed = malformed
    }

    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool {
        guard let path = path(of: head) else {
            response.setText(.notFound, "not found: admission reviews go to /mutate--v1-pod or /mutate-kelos-dev")
            return false
        }
        if head.method != .post {
            response.setText(.methodNotAllowed, "method not allowed: admission reviews are sent with POST")
            response.fields.append(("allow", "POST"))
        } else if !head.hasMediaType("application/json") {
            response.setText(.unsupportedMediaType, "unsupported content type: send application/json")
        } else if let encoding = head.value(of: "content-encoding"), encoding != "identity" {
            response.setText(.unsupportedMediaType, "unsupported content encoding: send the body as it is")
        } else {
            return true
        }
        metrics.reviews[path.rawValue].answered(code: response.status.code)
        return false
    }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        let path = path(of: head) ?? .pod
        let reviews = metrics.reviews[path.rawValue]
        let start = MonotonicTime.now()
        reviews.inFlight.add(1)
        response.contentType = "application/json"
        do throws(MalformedReview) {
            let outcome = try reviewer.review(
                body, by: path.rules, describing: logger.logLevel <= .debug, into: &response.body)
            decisions.count(outcome.decision)
            if let subject = outcome.subject { log(outcome, subject) }
        } catch {
            response.setText(.badRequest, "\(error)")
            decisions.malformed?.increment()
            malformed.log("Refused a request that is no admission review", metadata: ["error": "\(error)"])
        }
        reviews.inFlight.add(-1)
        reviews.answered(code: response.status.code)
        let elapsed = MonotonicTime.now().nanoseconds(since: start)
        reviews.latency.observe(nanoseconds: elapsed)
        metrics.admissionDuration.observe(nanoseconds: elapsed)
    }

    private func path(of head: RequestHead) -> WebhookPath? {
        if head.hasPath(WebhookPath.pod.text) { return .pod }
        if head.hasPath(WebhookPath.kelosObjects.text) { return .kelosObjects }
        return head.hasPath(WebhookPath.podAlias.text) ? .podAlias : nil
    }

    private func log(_ outcome: ReviewOutcome, _ subject: ReviewSubject) {
        logger.debug(
            "Reviewed object",
            metadata: [
                "kind": "\(subject.kind)", "namespace": "\(subject.namespace)", "name": "\(subject.name)",
                "requestID": "\(subject.uid)",
                "result": "\(outcome.decision.result)", "reason": "\(outcome.decision.reason)",
                "dryRun": "\(outcome.isDryRun)",
            ])
    }
}
