internal import HTTPTransport
internal import Synchronization

/// The body of a streamed answer between the client's thread, which fills it, and the one task that reads it.
///
/// It holds at most `limit` bytes, or one piece of libcurl's (16 KiB) where that is more: past them the peer is held back.
final class StreamBody: Sendable {
    private struct State {
        var unread: [UInt8] = []
        var isHeldBack = false
        var end: Result<Void, TransportError>?
        var reader: CheckedContinuation<Result<[UInt8]?, TransportError>, Never>?
    }

    private let state = Mutex(State())
    private let limit: Int
    private let ticket: Ticket
    private let mailbox: Mailbox

    init(limit: Int, ticket: Ticket, mailbox: Mailbox) {
        self.limit = limit
        self.ticket = ticket
        self.mailbox = mailbox
    }

    // MARK: The client's thread

    /// - Returns: false when there is no room. The piece must come again after the mailbox says `resume`.
    func offer(_ piece: [UInt8]) -> Bool {
        let reader = state.withLock { state -> Order.Waiting<[UInt8]?>?? in
            if let reader = state.reader.take() { return .some(reader) }
            guard state.unread.isEmpty || state.unread.count + piece.count <= limit else {
                state.isHeldBack = true
                return nil
            }
            state.unread += piece
            return .some(nil)
        }
        guard let reader else { return false }
        reader?.resume(returning: .success(piece))
        return true
    }

    /// Ends the body after what is unread. The first end counts.
    func finish(_ end: Result<Void, TransportError>) {
        let reader = state.withLock { state -> Order.Waiting<[UInt8]?>? in
            guard state.end == nil else { return nil }
            state.end = end
            return state.reader.take()
        }
        reader?.resume(returning: end.map { nil })
    }

    // MARK: The reader

    /// All that has come since the last call, waiting for it when that is nothing; nil after the end.
    func next() async throws(TransportError) -> [UInt8]? {
        try await withTaskCancellationHandler {
            await withCheckedContinuation { read($0) }
        } onCancel: {
            cancel()
        }.get()
    }

    private func read(_ reader: Order.Waiting<[UInt8]?>) {
        let (answer, makesRoom) = state.withLock { state -> (Result<[UInt8]?, TransportError>?, Bool) in
            if !state.unread.isEmpty {
                let piece = state.unread
                state.unread = []
                defer { state.isHeldBack = false }
                return (.success(piece), state.isHeldBack)
            }
            if let end = state.end { return (end.map { nil }, false) }
            if state.reader != nil {
                return (.failure(TransportError(.invalidRequest, "two tasks read one body at once")), false)
            }
            state.reader = reader
            return (nil, false)
        }
        if makesRoom { mailbox.post(.resume(ticket)) }
        if let answer { reader.resume(returning: answer) }
    }

    /// Throws what is unread away and ends the exchange.
    func cancel() {
        let reader = state.withLock { state -> Order.Waiting<[UInt8]?>? in
            state.unread = []
            if state.end == nil { state.end = .failure(.cancelled) }
            return state.reader.take()
        }
        reader?.resume(returning: .failure(.cancelled))
        ticket.cancel()
        mailbox.post(.cancel(ticket))
    }
}

/// What the consumer of a stream holds: when it lets go, the exchange ends.
final class StreamLease: Sendable {
    private let body: StreamBody

    init(_ body: StreamBody) { self.body = body }

    deinit { body.cancel() }

    func next() async throws(TransportError) -> [UInt8]? { try await body.next() }
}
