internal import HTTPSemantics
internal import Telemetry

/// Serves `/metrics`.
final class MetricsHandler: RequestHandler {
    private let registry: MetricsRegistry

    init(registry: MetricsRegistry) { self.registry = registry }

    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool {
        guard head.hasPath("/metrics") else {
            response.setText(.notFound, "not found: metrics are at /metrics")
            return false
        }
        return head.isRead(orRefusedIn: &response)
    }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        response.contentType = MetricsRegistry.contentType
        registry.render(into: &response.body)
    }
}

/// Serves `/healthz`, `/livez`, `/readyz` and the checks below them.
final class HealthHandler: RequestHandler {
    private let probes: any HealthProbes

    init(probes: any HealthProbes) { self.probes = probes }

    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool {
        head.isRead(orRefusedIn: &response)
    }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        let target = head.query.isEmpty ? head.path : "\(head.path)?\(head.query)"
        guard let answer = probes.answer(target: target) else {
            return response.setText(.notFound, "not found: probes are at /healthz, /livez and /readyz")
        }
        response.status = HTTPStatus(probe: answer.status)
        response.contentType = "text/plain; charset=utf-8"
        response.body.append(contentsOf: answer.body)
    }
}

extension RequestHead {
    /// Whether the method only reads; otherwise `response` becomes the refusal.
    fileprivate func isRead(orRefusedIn response: inout Response) -> Bool {
        if method == .get || method == .head { return true }
        response.setText(.methodNotAllowed, "method not allowed: use GET")
        response.fields.append(("allow", "GET, HEAD"))
        return false
    }
}

extension HTTPStatus {
    fileprivate init(probe code: UInt16) {
        switch code {
        case 200: self = .ok
        case 404: self = .notFound
        default: self = .internalServerError
        }
    }
}
