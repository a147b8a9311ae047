internal import HTTPSemantics

/// Brings a service's answers onto the wire.
final class ServiceHandler: RequestHandler {
    private let service: any SandboxService

    init(_ service: any SandboxService) {
        self.service = service
    }

    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool { true }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        switch service.answer(SandboxRequest(head, body: body)) {
        case .whole(let answer): answer.fill(&response)
        case .open(let stream):
            response.contentType = "application/json"
            response.stream = stream
        case .later(let stream): response.stream = stream
        }
    }
}
