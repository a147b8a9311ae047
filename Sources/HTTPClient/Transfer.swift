internal import CCurl
internal import HTTPTransport
internal import Platform

/// One exchange on the client's thread: what has arrived, and to whom it goes. libcurl's callbacks write into it.
final class Transfer {
    let ticket: Ticket
    let destination: Destination
    let handle: EasyHandle
    /// Whether there is a proxy that libcurl may have chosen; it does not tell.
    let mayUseProxy: Bool
    private let delivery: Order.Delivery
    private let limit: Int
    private let silence: UInt64?
    private var head = AnswerHead()
    private var body: [UInt8] = []
    /// When it must be over, or its head be there; nil once a stream's body flows.
    private var deadline: MonotonicTime?
    /// When the last byte of a stream's body came, or its reader made room for more.
    private var lastSign = MonotonicTime.now()
    private var isHeldBack = false
    private var isHeadDelivered = false
    /// Why a callback broke the exchange off.
    private var failure: TransportError?

    init(_ order: Order, handle: EasyHandle, proxy: ProxySettings) {
        mayUseProxy = proxy.url != nil && !order.destination.isLoopback
        ticket = order.ticket
        destination = order.destination
        delivery = order.delivery
        deadline = order.deadline
        limit = order.request.responseLimit
        silence = order.request.silence?.milliseconds
        self.handle = handle
    }

    // MARK: What libcurl reports

    /// - Returns: false to break the exchange off.
    func headLine(_ line: [UInt8]) -> Bool {
        guard head.add(line) else {
            failure = TransportError(.responseTooLarge, "\(destination.name): the answer's fields are too many")
            return false
        }
        if head.isComplete, !isHeadDelivered, case .stream(let waiting, let body) = delivery {
            isHeadDelivered = true
            deadline = nil
            lastSign = MonotonicTime.now()
            let lease = StreamLease(body)
            let pieces = AsyncThrowingStream<[UInt8], any Error> { try await lease.next() }
            waiting.resume(
                returning: .success(IncomingStream(status: head.status, fields: head.fields, body: pieces)))
        }
        return true
    }

    enum Reception {
        case taken
        /// The reader has no room: the piece must come again.
        case heldBack
        case refused
    }

    func bodyPiece(_ piece: [UInt8]) -> Reception {
        switch delivery {
        case .whole:
            guard piece.count <= limit - body.count else {
                failure = TransportError(.responseTooLarge, "\(destination.name): the answer is over \(limit) bytes")
                return .refused
            }
            body += piece
            return .taken
        case .stream(_, let stream):
            isHeldBack = !stream.offer(piece)
            lastSign = MonotonicTime.now()
            return isHeldBack ? .heldBack : .taken
        }
    }

    // MARK: What the loop asks

    func resume() {
        guard isHeldBack else { return }
        isHeldBack = false
        lastSign = MonotonicTime.now()
        handle.resume()
    }

    /// When the loop must look at this exchange again; nil when only the peer can say.
    var nextDeadline: MonotonicTime? {
        if let deadline { return deadline }
        guard let silence, !isHeldBack else { return nil }
        return lastSign.advanced(milliseconds: silence)
    }

    /// What it means that `nextDeadline` has passed.
    var overdueError: TransportError {
        deadline == nil
            ? TransportError(.stalled, "\(destination.name): the stream was silent for too long")
            : TransportError(.timedOut, "\(destination.name): no answer in time")
    }

    /// Delivers the end that libcurl reports.
    func end(_ code: CURLcode) {
        if code == CURLE_OK, head.isComplete {
            succeed()
        } else {
            fail(failure ?? .curl(code, self))
        }
    }

    func fail(_ error: TransportError) {
        if isHeadDelivered, case .stream(_, let body) = delivery {
            body.finish(.failure(error))
        } else {
            delivery.fail(error)
        }
    }

    private func succeed() {
        switch delivery {
        case .whole(let waiting):
            waiting.resume(
                returning: .success(IncomingResponse(status: head.status, fields: head.fields, body: body)))
        case .stream(_, let stream): stream.finish(.success(()))
        }
    }
}
