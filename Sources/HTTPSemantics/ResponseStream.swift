internal import Synchronization

/// Wakes the driver of a connection when one of its open answers has something to send. Called on any thread.
package protocol StreamWaker: AnyObject, Sendable {
    func streamHasNews()
}

/// The body of an answer that stays open: any thread appends to it, the connection sends it as the peer reads.
///
/// A handler puts one into `Response.stream` and keeps it. The engine sends HTTP/1.1 bodies in the chunked coding (RFC 9112
/// section 7.1) and HTTP/2 bodies in DATA frames. When the connection or the stream ends first, `onEnd` is called once.
package final class ResponseStream: Sendable {
    /// What the connection finds when it asks.
    enum Reading: Equatable {
        /// Bytes were moved.
        case some
        /// Nothing is there yet.
        case pending
        /// The last byte has been moved.
        case ended
        /// The producer gave up, or more was unread than may be.
        case aborted
    }

    private struct State {
        var head: Response?
        var hasHead: Bool
        var unread: [UInt8] = []
        var taken = 0
        var isEnded = false
        var isAborted = false
        var abortsWhenSent = false
        var isClosed = false
        var waker: (any StreamWaker)?
        var onEnd: (@Sendable () -> Void)?

        mutating func advance(_ count: Int) {
            taken += count
            guard taken == unread.count else { return }
            unread.removeAll(keepingCapacity: unread.capacity <= ResponseStream.keptBytes)
            taken = 0
        }
    }

    /// Storage above this is given back once it is sent.
    private static let keptBytes = 64 * 1024

    /// A peer that leaves this much unread gets no more: a watch of ten thousand objects of 1 KiB fits.
    package static let defaultLimit = 16 * 1024 * 1024

    private let limit: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - limit: bytes that may wait unread; one more append aborts the answer.
    ///   - startsNow: false holds back the head too, until `begin` says what it is.
    ///   - onEnd: called on the connection's thread when nobody reads any more, also after `finish`.
    package init(
        limit: Int = ResponseStream.defaultLimit, startsNow: Bool = true, onEnd: (@Sendable () -> Void)? = nil
    ) {
        self.limit = limit
        state = Mutex(State(hasHead: startsNow, onEnd: onEnd))
    }

    // MARK: The producer's side

    /// Gives a held answer its head; the body of `head` becomes the first bytes.
    package func begin(_ head: consuming Response) {
        let head = head
        wake { state in
            guard !state.hasHead else { return false }
            state.hasHead = true
            state.unread.append(contentsOf: head.body)
            state.head = head
            return true
        }
    }

    /// Adds to the body.
    ///
    /// - Returns: false when nobody will read it: the peer has gone, the answer has ended, or the limit is reached, which
    ///   aborts the answer.
    @discardableResult
    package func append(_ bytes: [UInt8]) -> Bool {
        wake { state in
            guard !state.isClosed, !state.isEnded, !state.isAborted else { return false }
            if state.unread.count - state.taken + bytes.count > limit {
                state.isAborted = true
            } else {
                state.unread.append(contentsOf: bytes)
            }
            return true
        } && !isAborted
    }

    /// Ends the answer once everything appended has been sent.
    package func finish() {
        wake { state in
            defer { state.isEnded = true }
            return !state.isEnded
        }
    }

    /// Breaks the answer off: HTTP/1.1 closes the connection without the last chunk, HTTP/2 resets the stream.
    package func abort() {
        wake { state in
            defer { state.isAborted = true }
            return !state.isAborted
        }
    }

    /// Breaks the answer off once everything appended has been sent.
    package func abortWhenSent() {
        wake { state in
            defer { state.abortsWhenSent = true }
            return !state.abortsWhenSent
        }
    }

    /// True when nobody reads any more.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Bytes appended and not yet sent.
    package var unreadBytes: Int { state.withLock { $0.unread.count - $0.taken } }

    private var isAborted: Bool { state.withLock { $0.isAborted } }

    @discardableResult
    private func wake(_ change: (inout State) -> Bool) -> Bool {
        let (hasChanged, waker) = state.withLock { state in
            let hasChanged = change(&state)
            return (hasChanged, hasChanged ? state.waker : nil)
        }
        // Outside the lock: what is woken asks here.
        waker?.streamHasNews()
        return hasChanged
    }

    // MARK: The engine's side

    /// From now on `waker` hears of news. The engine looks once itself after this.
    package func attach(_ waker: (any StreamWaker)?) {
        state.withLock { $0.waker = waker }
    }

    /// Whether the head may go, or the answer was given up before it.
    package var isHeld: Bool {
        state.withLock { !$0.hasHead && !$0.isAborted && !$0.isEnded && !$0.abortsWhenSent }
    }

    /// True when it was given up: what has not been sent is lost.
    package var isGivenUp: Bool {
        state.withLock { $0.isAborted || (($0.isEnded || $0.abortsWhenSent) && !$0.hasHead) }
    }

    /// The head that `begin` gave; nil for an answer that was not held, and when it was taken before.
    package func takeHead() -> Response? {
        state.withLock { state in
            defer { state.head = nil }
            return state.head
        }
    }

    /// Moves up to `count` bytes to the end of `output`.
    func take(_ count: Int, into output: inout [UInt8]) -> Reading {
        state.withLock { state in
            if state.isAborted { return .aborted }
            let taken = min(count, state.unread.count - state.taken)
            if taken == 0, state.abortsWhenSent { return .aborted }
            guard taken > 0 else { return state.isEnded ? .ended : .pending }
            output.append(contentsOf: state.unread[state.taken..<(state.taken + taken)])
            state.advance(taken)
            return .some
        }
    }

    /// Moves bytes into `room`, for DATA frames.
    ///
    /// - Returns: how many, and whether they are the last; nil when the answer was given up.
    package func take(into room: inout MutableRawSpan) -> (count: Int, isLast: Bool)? {
        let space = room.byteCount
        var piece: [UInt8] = []
        let isLast = state.withLock { state -> Bool? in
            if state.isAborted { return nil }
            let taken = min(space, state.unread.count - state.taken)
            if taken == 0, state.abortsWhenSent { return nil }
            piece = Array(state.unread[state.taken..<(state.taken + taken)])
            state.advance(taken)
            return state.isEnded && state.unread.isEmpty
        }
        guard let isLast else { return nil }
        unsafe room.withUnsafeMutableBytes { unsafe $0.copyBytes(from: piece) }
        return (piece.count, isLast)
    }

    /// Nobody reads any more.
    package func close() {
        let onEnd = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            state.unread = []
            state.taken = 0
            state.waker = nil
            defer { state.onEnd = nil }
            return state.onEnd
        }
        onEnd?()
    }
}
