internal import HTTPSemantics
internal import PodManifests
internal import Synchronization

/// A service with a fault script in front of it, and the script's endpoint: `POST /sandbox/faults` adds an array of faults,
/// `DELETE` clears them.
package final class FaultyService: SandboxService {
    /// Runs something after a number of milliseconds.
    package typealias Later = @Sendable (Int, @escaping @Sendable () -> Void) -> Void

    private let service: any SandboxService
    private let script: Mutex<FaultScript>
    private let later: Later

    package init(_ service: any SandboxService, script: FaultScript = FaultScript(), later: @escaping Later) {
        self.service = service
        self.script = Mutex(script)
        self.later = later
    }

    package func add(_ fault: Fault) { script.withLock { $0.append(fault) } }

    /// Faults that have still to strike.
    package var remaining: Int { script.withLock { $0.faults.count } }

    package func answer(_ request: SandboxRequest) -> SandboxAnswer {
        if request.path == "/sandbox/faults" { return .whole(control(request)) }
        guard let fault = script.withLock({ $0.take(for: request) }) else { return service.answer(request) }
        return spoilt(request, by: fault)
    }

    private func control(_ request: SandboxRequest) -> WholeAnswer {
        switch request.method {
        case "POST":
            do throws(FaultProblem) {
                guard let list = try? request.object() else { throw FaultProblem(description: "not JSON") }
                let more = try FaultScript(list)
                script.withLock { $0.append(more) }
            } catch {
                return WholeAnswer(.badRequest(error.description))
            }
        case "DELETE": script.withLock { $0 = FaultScript() }
        case "GET": break
        default: return WholeAnswer(.wrongMethod)
        }
        return WholeAnswer(200, ["remaining": .number(remaining)])
    }

    private func spoilt(_ request: SandboxRequest, by fault: Fault) -> SandboxAnswer {
        if let code = fault.watchError { return .open(Self.failedWatch(code)) }
        let isReplaced = fault.status != nil || (fault.ending != .finish && fault.cut == nil)
        let original = !isReplaced || fault.performs ? service.answer(request) : nil
        guard isReplaced || original?.whole != nil else {
            // A watch can be held up in its beginning only; its events are spoilt by the API itself.
            return original ?? .whole(WholeAnswer(.unknownPath))
        }
        var answer = original?.whole ?? WholeAnswer(status: 200, body: [])
        if let status = fault.status { answer = WholeAnswer(APIStatus(status, fault.reason, fault.message)) }
        if let type = fault.contentType { answer.contentType = type }
        if let body = fault.body { answer.body = Array(body.utf8) }
        answer.fields.removeAll { known in fault.fields.contains { $0.name == known.name } }
        answer.fields += fault.fields
        if fault.delayMilliseconds == 0, fault.ending == .finish, fault.cut == nil { return .whole(answer) }

        let stream = ResponseStream(startsNow: false)
        let spoilt = answer
        if fault.delayMilliseconds > 0 {
            later(fault.delayMilliseconds) { Self.send(spoilt, on: stream, fault) }
        } else {
            Self.send(spoilt, on: stream, fault)
        }
        return .later(stream)
    }

    private static func send(_ answer: WholeAnswer, on stream: ResponseStream, _ fault: Fault) {
        if fault.ending == .finish || fault.cut != nil {
            var answer = answer
            if let cut = fault.cut { answer.body = Array(answer.body.prefix(cut)) }
            var head = Response()
            answer.fill(&head)
            stream.begin(head)
        }
        switch fault.ending {
        case .finish: stream.finish()
        case .abort: stream.abortWhenSent()
        case .stall: break
        }
    }

    private static func failedWatch(_ code: UInt16) -> ResponseStream {
        let stream = ResponseStream()
        let status =
            code == 410
            ? APIStatus.expired("too old resource version: 1 (2)")
            : APIStatus(code, "InternalError", "injected by a fault script")
        stream.append(JSONWriter.compact(["type": "ERROR", "object": status.object]) + [UInt8(ascii: "\n")])
        stream.finish()
        return stream
    }
}
