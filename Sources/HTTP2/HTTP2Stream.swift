import HTTPSemantics

/// One request and its answer. Pooled: a connection reuses the objects, and the storage in them, from request to request.
final class HTTP2Stream {
    enum Phase {
        /// Its header block is arriving. Exits: `.body` with the block's end; closed.
        case head
        /// The head is complete, the request is not. Exits: `.complete`; `.answered` when refused; closed.
        case body
        /// Everything has come and the handler has not seen it. Exits: `.answered`; closed.
        case complete
        /// The answer is submitted and waits for room to go out. Exit: closed.
        case answered
    }

    private(set) var id: Int32 = 0
    private(set) var phase: Phase = .head
    private(set) var head = RequestHead()
    private(set) var contentLength: Int?
    private(set) var expectsContinue = false
    /// Why the request is not served, once that is known. Its body is dropped from then on.
    private(set) var refusal: RequestRefusal?
    /// True when the peer has ended its side.
    private(set) var isRemoteEnded = false
    /// True once the handler has admitted the request.
    var isAdmitted = false
    var body: BodyStorage

    private let limits: HTTPLimits
    private var hasTarget = false
    private var fieldBytes = 0
    private var answer: [UInt8] = []
    private var answerSent = 0
    /// The body of an open answer.
    private(set) var source: ResponseStream?
    /// True while an open answer has nothing to send; nghttp2 then waits to be told to ask again.
    private(set) var isDeferred = false
    /// True while an open answer's producer holds back its head.
    var isHeld = false

    init(limits: HTTPLimits, budget: BodyBudget) {
        self.limits = limits
        body = BodyStorage(budget: budget)
    }

    func open(id: Int32) {
        self.id = id
        phase = .head
        contentLength = nil
        expectsContinue = false
        refusal = nil
        isRemoteEnded = false
        isAdmitted = false
        hasTarget = false
        fieldBytes = 0
        answerSent = 0
        head.reset()
    }

    /// Gives back what the request held. The object waits in the pool afterwards.
    func close() {
        body.clear()
        endSource()
        answer.removeAll(keepingCapacity: answer.capacity <= HTTP2Stream.keptAnswerBytes)
    }

    deinit { source?.close() }

    private func endSource() {
        guard let source else { return }
        source.close()
        self.source = nil
        isDeferred = false
        isHeld = false
    }

    /// An answer's storage above this is not kept: a patch is about 2 KiB.
    private static let keptAnswerBytes = 16 * 1024

    // MARK: The request arrives

    /// Takes one field of the header block; nghttp2 has checked names, values, and that pseudo fields come first.
    func addField(name: Span<UInt8>, value: Span<UInt8>) {
        guard phase == .head, refusal == nil else { return }
        // RFC 9113 section 10.5.1: what the peer was told in SETTINGS_MAX_HEADER_LIST_SIZE, nghttp2 1.52 does not enforce it.
        fieldBytes += name.count + value.count + 32
        guard fieldBytes <= limits.fieldBytes else { return refuse(.fieldsTooLarge) }
        if name[0] == UInt8(ascii: ":") {
            addPseudoField(name: name, value: value)
        } else {
            guard head.fieldCount < limits.fieldCount else { return refuse(.tooManyFields) }
            head.addField(name: name, value: value)
            note(name: name, value: value)
        }
    }

    private func addPseudoField(name: Span<UInt8>, value: Span<UInt8>) {
        if (":method" as StaticString).equals(name) {
            head.setMethod(HTTPMethod(value))
        } else if (":path" as StaticString).equals(name) {
            guard value.count <= limits.requestLineBytes else { return refuse(.requestLineTooLong) }
            guard isOriginOrAsterisk(value) else { return refuse(.badTarget) }
            head.setTarget(value)
            hasTarget = true
        }
    }

    private func isOriginOrAsterisk(_ target: Span<UInt8>) -> Bool {
        guard target.count > 0 else { return false }
        if target[0] == UInt8(ascii: "*") { return target.count == 1 }
        guard target[0] == UInt8(ascii: "/") else { return false }
        for index in target.indices where !target[index].isTargetByte { return false }
        return true
    }

    private func note(name: Span<UInt8>, value: Span<UInt8>) {
        if ("content-length" as StaticString).equals(name) {
            guard let length = Int(plainDigits: value) else { return refuse(.badContentLength) }
            contentLength = length
        } else if ("expect" as StaticString).equals(name) {
            guard ("100-continue" as StaticString).equalsLowered(value) else { return refuse(.unknownExpectation) }
            expectsContinue = true
        }
    }

    /// The header block is complete: takes the announced length out of the budget.
    func endHead() {
        guard phase == .head else { return }
        phase = .body
        guard refusal == nil else { return }
        if !hasTarget { return refuse(.tunnel) }
        // The method may come behind the target.
        if head.hasPath("*"), head.method != .options { return refuse(.badTarget) }
        guard let contentLength else { return }
        if contentLength > limits.bodyBytes { return refuse(.bodyTooLarge) }
        if !body.reserve(upTo: contentLength) { refuse(.outOfRoom) }
    }

    /// Takes a piece of the body. True when the request is refused by it.
    func addBody(_ piece: RawSpan) -> Bool {
        guard phase == .body, refusal == nil else { return false }
        let total = body.count + piece.byteCount
        if total > limits.bodyBytes {
            refuse(.bodyTooLarge)
        } else if !body.reserve(upTo: contentLength ?? total) {
            refuse(.outOfRoom)
        } else {
            body.append(piece)
            return false
        }
        return true
    }

    func endRequest() {
        isRemoteEnded = true
        if phase == .body { phase = .complete }
    }

    private func refuse(_ reason: RequestRefusal) {
        refusal = reason
        body.clear()
    }

    // MARK: The answer leaves

    /// Takes the body of `response`; the storage that comes back in exchange is from an earlier answer.
    func beginAnswer(_ response: inout Response) {
        answer.removeAll(keepingCapacity: true)
        swap(&answer, &response.body)
        answerSent = 0
        phase = .answered
        body.clear()
        source = response.stream
        response.stream = nil
    }

    /// Before nghttp2 asks again.
    func resume() {
        isDeferred = false
    }

    /// Moves the next bytes of the answer into `room`.
    ///
    /// - Returns: how many, and whether they are the last; nil when an open answer was given up.
    func readAnswer(into room: inout MutableRawSpan) -> (count: Int, isLast: Bool)? {
        if let source {
            let read = source.take(into: &room)
            if let read { isDeferred = read.count == 0 && !read.isLast }
            return read
        }
        let count = min(room.byteCount, answer.count - answerSent)
        let next = answerSent..<(answerSent + count)
        unsafe room.withUnsafeMutableBytes { unsafe $0.copyBytes(from: answer[next]) }
        answerSent += count
        return (count, answerSent == answer.count)
    }
}
