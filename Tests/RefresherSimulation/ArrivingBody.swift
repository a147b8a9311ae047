import HTTPSemantics
import HTTPTransport
import Synchronization

/// The body of an answer between the service that makes it and the process that reads it: what is appended there arrives
/// here a little later, and not while the link is silent. Its errors are those of `HTTPClient`.
final class ArrivingBody: StreamWaker {
    private struct State {
        var unread: [UInt8] = []
        var end: Result<Void, TransportError>?
        var reader: OneShot<Void>?
        var isArriving = false
        /// The reader left so much unread that the peer is held back.
        var isHeldBack = false
        var silenceTimer: Simulation.Timer?
        /// As the link knows it.
        var carried: UInt64?
    }

    /// How soon a link that was silent is seen to carry packets again.
    private static let retransmission = Duration.seconds(1)

    private let stream: ResponseStream
    private let link: Link
    private let simulation: Simulation
    private let limit: Int
    /// In the world's time.
    private let silence: Duration?
    private let state = Mutex(State())

    init(_ stream: ResponseStream, link: Link, simulation: Simulation, limit: Int, silence: Duration?) {
        self.stream = stream
        self.link = link
        self.simulation = simulation
        self.limit = limit
        self.silence = silence
    }

    func begin() {
        let carried = link.carry { self.end(.failure(.broken)) }
        state.withLock { $0.carried = carried }
        listen()
        stream.attach(self)
        streamHasNews()
    }

    // MARK: The service's side

    func streamHasNews() {
        let isFirst = state.withLock { state in
            defer { state.isArriving = true }
            return !state.isArriving && state.end == nil && !state.isHeldBack
        }
        if isFirst { simulation.after(link.delay()) { self.arrive() } }
    }

    private func arrive() {
        guard link.condition != .silent else {
            simulation.after(Self.retransmission) { self.arrive() }
            return
        }
        state.withLock { $0.isArriving = false }
        // Until nothing is left: only the look after the last byte finds the end.
        while takePiece() {}
    }

    /// - Returns: false when there is nothing more to take now.
    private func takePiece() -> Bool {
        let room = state.withLock { limit - $0.unread.count }
        guard room > 0 else { return false }
        var piece = [UInt8](repeating: 0, count: max(1, min(stream.unreadBytes, room)))
        var target = piece.mutableSpan
        var bytes = unsafe target.mutableBytes
        guard let (count, isLast) = stream.take(into: &bytes) else {
            end(.failure(.broken))
            return false
        }
        let reader = state.withLock { state in
            state.unread += piece.prefix(count)
            state.isHeldBack = state.unread.count >= limit
            return count > 0 ? state.reader.take() : nil
        }
        if count > 0 { listen() }
        reader?.settle(())
        if isLast { end(.success(())) }
        return count > 0 && !isLast
    }

    /// Begins to count silence anew.
    private func listen() {
        guard let silence else { return }
        let timer = simulation.after(silence) {
            if self.state.withLock({ !$0.isHeldBack }) {
                self.end(.failure(.stalled))
            }
        }
        let old = state.withLock { state in
            defer { state.silenceTimer = state.end == nil ? timer : nil }
            return state.end == nil ? state.silenceTimer : timer
        }
        if let old { simulation.cancel(old) }
    }

    /// The first end counts. What is unread before it can still be read.
    func end(_ end: Result<Void, TransportError>) {
        let (reader, timer, carried) = state.withLock { state in
            guard state.end == nil else { return (OneShot<Void>?.none, Simulation.Timer?.none, UInt64?.none) }
            state.end = end
            return (state.reader.take(), state.silenceTimer.take(), state.carried)
        }
        if let timer { simulation.cancel(timer) }
        if let carried { link.drop(carried) }
        stream.close()
        reader?.settle(())
    }

    // MARK: The reader's side

    /// All that has come; nil after the end.
    func next() async throws(TransportError) -> [UInt8]? {
        while true {
            let news = OneShot<Void>()
            let (piece, end, makesRoom) = state.withLock { state in
                let piece = state.unread
                let makesRoom = state.isHeldBack
                state.unread = []
                state.isHeldBack = false
                if piece.isEmpty, state.end == nil { state.reader = news }
                return (piece, state.end, makesRoom)
            }
            if makesRoom {
                listen()
                streamHasNews()
            }
            if !piece.isEmpty { return piece }
            if let end {
                try end.get()
                return nil
            }
            await news.value(onCancel: ())
            if Task.isCancelled { self.end(.failure(.cancelled)) }
        }
    }
}

/// What the reader of a stream holds: when it lets go, the exchange ends.
final class BodyLease: Sendable {
    private let body: ArrivingBody

    init(_ body: ArrivingBody) { self.body = body }

    deinit { body.end(.failure(.cancelled)) }

    func next() async throws(TransportError) -> [UInt8]? { try await body.next() }
}
