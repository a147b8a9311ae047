internal import CNghttp2
package import HTTPSemantics

/// An HTTP/2 server connection (RFC 9113), framed by nghttp2.
///
/// nghttp2 parses and writes frames; what a request is, when it is served, and when a peer has done too much is decided
/// here, after nghttp2 has returned. A handler runs only once its request is complete.
package final class HTTP2Engine: HTTPEngine {
    /// Where `output` is considered full: four frames of the usual size. What is left stays with nghttp2, which builds frames
    /// no sooner than they are asked for.
    private static let outputBytes = 64 * 1024

    /// The version of the nghttp2 library in use. The corresponding C function is `nghttp2_version`.
    package static var libraryVersion: String {
        guard let information = unsafe nghttp2_version(0) else { return "unknown" }
        return unsafe String(cString: information.pointee.version_str)
    }

    package var output: [UInt8] = []
    package private(set) var isFinished = false
    package private(set) var needsLingeringClose = false

    private let limits: HTTPLimits
    private let streams: HTTP2Streams
    private let session: HTTP2Session?
    private var drain = HTTP2Drain.none
    private var hasPeerEnded = false
    private var answers = 0
    private var response = Response()
    private var fields = HTTP2FieldBlock()
    private let waker: (any StreamWaker)?

    package init(limits: HTTPLimits, budget: BodyBudget, waker: (any StreamWaker)? = nil) {
        self.waker = waker
        self.limits = limits
        streams = HTTP2Streams(limits: limits, budget: budget)
        session = HTTP2Session(streams: streams, limits: limits)
        if session == nil { isFinished = true }
        // Our SETTINGS come before anything else (RFC 9113 section 3.4).
        produceOutput()
    }

    package var waiting: HTTPWait {
        guard streams.hasSettings else { return HTTPWait(.head, ordinal: 0) }
        if let oldest = streams.oldestOwed {
            // An answer that the peer lets not go is waited for like a body that it does not send.
            return HTTPWait(oldest.phase == .head ? .head : .body, ordinal: UInt64(oldest.id))
        }
        if streams.oldest != nil { return HTTPWait(.producer, ordinal: UInt64(streams.lastID)) }
        if drain == .announced || drain == .noticed { return HTTPWait(.head, ordinal: .max) }
        return HTTPWait(.request, ordinal: UInt64(streams.lastID))
    }

    package func receive(_ input: RawSpan, handler: any RequestHandler) {
        guard let session, !isFinished else { return }
        switch session.receive(input) {
        case .broken: return terminate(.protocolError)
        case .flooded: return terminate(.enhanceYourCalm)
        case .failed: return terminate(.internalError)
        case .accepted: break
        }
        guard !streams.floodGuard.isExceeded else { return terminate(.enhanceYourCalm) }
        attend(handler)
        continueDrain()
        produceOutput()
        // Resets are counted as they leave.
        if streams.floodGuard.isExceeded || session.outboundFrames > HTTP2FloodGuard.outboundFrames {
            terminate(.enhanceYourCalm)
        }
    }

    package func receiveEnd() {
        hasPeerEnded = true
        produceOutput()
    }

    package func produceOutput() {
        guard let session, !isFinished else { return }
        repeat {
            while output.count < HTTP2Engine.outputBytes, session.appendFrame(to: &output) {}
        } while followUp(session)
        // Once the peer has ended, a window that is closed stays closed: what flow control holds back never goes.
        if session.isOver || (hasPeerEnded && output.count < HTTP2Engine.outputBytes) { isFinished = true }
    }

    package func beginDrain() {
        guard drain == .none else { return }
        drain = .wanted
        for stream in streams.open { stream.source?.finish() }
        continueDrain()
        streamsHaveNews()
    }

    package func deadlinePassed() {
        guard !isFinished else { return }
        if !streams.hasSettings {
            terminate(.settingsTimeout)
        } else {
            terminate(.none)
        }
    }

    package var hasOpenAnswers: Bool { streams.open.contains { $0.source != nil } }

    package func streamsHaveNews() {
        for stream in streams.open where stream.source != nil {
            if stream.isHeld {
                answerHeld(stream)
            } else if stream.isDeferred {
                stream.resume()
                session?.resume(stream.id)
            }
        }
        produceOutput()
    }

    // MARK: Serving

    private func attend(_ handler: any RequestHandler) {
        for id in streams.ready {
            guard let stream = streams.stream(id), stream.phase != .answered else { continue }
            if let refusal = stream.refusal {
                refusal.fill(&response)
                answer(stream)
            } else if admits(stream, handler), stream.phase == .complete {
                response.reset()
                stream.body.withBytes { handler.handle(stream.head, body: $0, response: &response) }
                answer(stream)
            }
        }
        streams.clearReady()
    }

    private func admits(_ stream: HTTP2Stream, _ handler: any RequestHandler) -> Bool {
        if stream.isAdmitted { return true }
        response.reset()
        guard handler.admit(stream.head, contentLength: stream.contentLength, response: &response) else {
            answer(stream)
            return false
        }
        stream.isAdmitted = true
        if stream.expectsContinue, stream.phase == .body, stream.body.count == 0 {
            fields.begin(status: 100)
            session?.submitInterim(stream.id, &fields)
        }
        return true
    }

    private func answer(_ stream: HTTP2Stream) {
        fields.fill(response)
        let hasBody = (!response.body.isEmpty || response.stream != nil) && stream.head.method != .head
        stream.beginAnswer(&response)
        if let source = stream.source {
            source.attach(waker)
            if drain != .none { source.finish() }
            stream.isHeld = true
            return answerHeld(stream)
        }
        submit(stream, hasBody: hasBody)
    }

    /// Submits the head of an open answer as soon as there is one.
    private func answerHeld(_ stream: HTTP2Stream) {
        guard let source = stream.source, !source.isHeld else { return }
        stream.isHeld = false
        if source.isGivenUp {
            session?.reset(stream.id, .internalError)
            return
        }
        if var head = source.takeHead() {
            head.stream = source
            fields.fill(head)
        }
        submit(stream, hasBody: stream.head.method != .head)
    }

    private func submit(_ stream: HTTP2Stream, hasBody: Bool) {
        if session?.submitAnswer(stream.id, &fields, hasBody: hasBody) != true {
            session?.reset(stream.id, .internalError)
        }
        streams.floodGuard.noteAnswer()
        answers += 1
        if drain == .none, response.endsConnection || answers >= limits.requestsPerConnection { drain = .wanted }
    }

    /// Does what had to wait until a frame had left. True when that made another.
    private func followUp(_ session: HTTP2Session) -> Bool {
        var hasMore = false
        if drain == .announced, streams.hasSentGoAway {
            session.submitDrainPing()
            drain = .noticed
            hasMore = true
        }
        // Uploads that an answer did not wait for are stopped (RFC 9113 section 8.1).
        for id in streams.answered {
            guard let stream = streams.stream(id), !stream.isRemoteEnded else { continue }
            session.reset(id, .none)
            hasMore = true
        }
        streams.clearAnswered()
        return hasMore
    }

    // MARK: Ending

    /// Takes the next step of a drain, when its time has come.
    private func continueDrain() {
        switch drain {
        case .wanted where streams.lastID > 0:
            session?.submitDrainNotice()
            drain = .announced
        case .noticed where streams.hasDrainAcknowledgement:
            session?.submitGoAway()
            drain = .final
        case .none, .wanted, .announced, .noticed, .final:
            break
        }
    }

    private func terminate(_ code: HTTP2Session.ErrorCode) {
        needsLingeringClose = streams.oldest != nil || code != .none
        session?.terminate(code)
        produceOutput()
        isFinished = true
    }
}
