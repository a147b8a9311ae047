/// Where one HTTP/1.1 connection stands between its requests. It sees no bytes: the engine says what happened, and does
/// what the answer tells it to.
struct HTTP1Exchange: ~Copyable {
    enum State {
        /// Between two requests. Exits: `.head` on the first byte; `.closed` on the idle deadline or the peer's end.
        case idle
        /// A head has begun. Exits: `.body`; `.idle` or `.closed` with the answer; `.closed` on a refusal.
        case head
        /// A body is being collected. Exits as from `.head`.
        case body(missing: Int)
        /// The head of an answer is written or held, its body is open. Exits: `.idle` or `.closed` with its end; `.closed`.
        case streaming(Fate, unread: Bool)
        /// The last answer is written. No exit.
        case closed(unread: Bool)
    }

    /// What becomes of the connection with the answer being written.
    enum Fate {
        case keptAlive
        case closing
    }

    /// What to do when the deadline has passed.
    enum Timeout {
        /// Nobody is owed an answer.
        case goSilently
        case answerTooSlow
    }

    private(set) var state: State = .idle
    private var requests: UInt64 = 0
    private var isDraining = false
    private let requestLimit: Int

    init(requestLimit: Int) {
        self.requestLimit = requestLimit
    }

    var waiting: HTTPWait {
        switch state {
        case .idle, .closed: HTTPWait(.request, ordinal: requests)
        case .head: HTTPWait(.head, ordinal: requests)
        case .body: HTTPWait(.body, ordinal: requests)
        case .streaming: HTTPWait(.producer, ordinal: requests)
        }
    }

    var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// Whether the peer may be sending what nobody will read.
    var hasUnreadInput: Bool {
        if case .closed(unread: true) = state { true } else { false }
    }

    mutating func headBegan() {
        guard case .idle = state else { return }
        requests += 1
        state = .head
    }

    mutating func bodyBegan(missing: Int) {
        guard case .head = state else { return }
        state = .body(missing: missing)
    }

    /// True when these bytes were the last of the body.
    mutating func bodyArrived(_ bytes: Int) -> Bool {
        guard case .body(let missing) = state else { return false }
        state = .body(missing: missing - bytes)
        return missing == bytes
    }

    /// An answer to a request that was read to its end is about to be written.
    mutating func answers(mustClose: Bool) -> Fate {
        if mustClose || isDraining || requests >= UInt64(requestLimit) {
            state = .closed(unread: false)
            return .closing
        }
        state = .idle
        return .keptAlive
    }

    /// An open answer to a request that was read to its end begins.
    mutating func streams(mustClose: Bool) -> Fate {
        let fate = answers(mustClose: mustClose)
        state = .streaming(fate, unread: false)
        return fate
    }

    /// The open answer is complete, or broken off.
    mutating func streamEnded(isWhole: Bool) {
        guard case .streaming(let fate, let unread) = state else { return }
        if isWhole, fate == .keptAlive, !unread, !isDraining {
            state = .idle
        } else {
            state = .closed(unread: unread)
        }
    }

    /// An answer to a request that is not read to its end is about to be written.
    mutating func refuses() {
        state = .closed(unread: true)
    }

    /// Bytes came that nobody reads any more.
    mutating func inputLeftOver() {
        switch state {
        case .closed: state = .closed(unread: true)
        case .streaming(let fate, _): state = .streaming(fate, unread: true)
        case .idle, .head, .body: break
        }
    }

    mutating func drain() {
        isDraining = true
    }

    mutating func deadlinePassed() -> Timeout {
        switch state {
        case .idle:
            state = .closed(unread: false)
            return .goSilently
        case .head, .body:
            state = .closed(unread: true)
            return .answerTooSlow
        case .streaming, .closed:
            state = .closed(unread: false)
            return .goSilently
        }
    }

    /// The peer sends no more: a request in the making never completes and nobody waits for its answer.
    mutating func peerEnded() {
        state = .closed(unread: false)
    }
}
