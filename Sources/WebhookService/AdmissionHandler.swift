internal import Admission
internal import HTTPSemantics
internal import Logging
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
    private let logger: Logger
    /// Read once: the level does not change while the process runs.
    private let logsReviews: Bool

    init(policy: InjectionPolicy, metrics: WebhookMetrics, logger: Logger) {
        reviewer = AdmissionReviewer(policy: policy)
        self.metrics = metrics
        self.logger = logger
        logsReviews = logger.logLevel <= .debug
    }

    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool {
        guard head.hasPath(WebhookPath.pod) || head.hasPath(WebhookPath.podAlias) else {
            response.setText(.notFound, "not found: admission reviews go to /mutate--v1-pod")
            return false
        }
        guard head.method == .post else {
            response.setText(.methodNotAllowed, "method not allowed: admission reviews are sent with POST")
            response.fields.append(("allow", "POST"))
            return refuse(response)
        }
        guard head.hasMediaType("application/json") else {
            response.setText(.unsupportedMediaType, "unsupported content type: send application/json")
            return refuse(response)
        }
        if let encoding = head.value(of: "content-encoding"), encoding != "identity" {
            response.setText(.unsupportedMediaType, "unsupported content encoding: send the body as it is")
            return refuse(response)
        }
        return true
    }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        let start = MonotonicTime.now()
        metrics.inFlight.add(1)
        response.contentType = "application/json"
        do throws(MalformedReview) {
            let outcome = try reviewer.review(body, into: &response.body, describing: logsReviews)
            metrics.count(outcome)
            if logsReviews { log(outcome) }
        } catch {
            response.setText(.badRequest, "")
            response.body = [UInt8]("\(error)\n".utf8)
            metrics.countMalformed()
            logger.info("Refused a request that is no admission review", metadata: ["error": "\(error)"])
        }
        metrics.inFlight.add(-1)
        metrics.observe(code: response.status.code, nanoseconds: MonotonicTime.now().nanoseconds(since: start))
    }

    private func refuse(_ response: Response) -> Bool {
        metrics.observe(code: response.status.code, nanoseconds: 0)
        return false
    }

    private func log(_ outcome: ReviewOutcome) {
    }
}
