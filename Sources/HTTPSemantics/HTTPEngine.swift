/// One HTTP connection without its socket and without a clock: plaintext in, requests to the handler, plaintext out.
///
/// The driver's contract:
/// 1. It calls `receive` with what it read, never while `output` still holds bytes, and then writes `output`.
/// 2. After every call it looks at `waiting` and restarts the deadline of that kind when the value has changed.
/// 3. When `isFinished` is true it writes what is left of `output`, then closes.
///
/// An engine answers every request it accepted exactly once, and never throws: a broken peer gets the answer its
/// protocol has for it, and then `isFinished`.
package protocol HTTPEngine: AnyObject {
    /// Feeds bytes from the peer. Every request that they complete is handed to `handler` before the call returns.
    func receive(_ input: RawSpan, handler: any RequestHandler)

    /// The peer will send no more (TLS close_notify or TCP FIN).
    func receiveEnd()

    /// Appends what flow control now allows to `output`. HTTP/1.1 has nothing to add.
    func produceOutput()

    /// Bytes for the peer, oldest first; the driver removes what it has written.
    var output: [UInt8] { get set }

    /// True while an answer is open (`ResponseStream`).
    var hasOpenAnswers: Bool { get }

    /// Answers that are open (`ResponseStream`) may have more to send. The driver calls this when it was woken for that.
    func streamsHaveNews()

    /// What the connection is waiting for from the peer.
    var waiting: HTTPWait { get }

    /// True once the connection has nothing more to say than what is in `output`.
    var isFinished: Bool { get }

    /// True when the peer may still be sending a body that was refused: the driver then shuts down its sending side and
    /// reads on for a moment, so that the answer is not lost to a reset (RFC 9112 section 9.6).
    var needsLingeringClose: Bool { get }

    /// From now on every answer ends the connection: `Connection: close`, or GOAWAY in two steps (RFC 9113 section 6.8).
    /// An idle HTTP/1.1 connection stays open for one more request.
    func beginDrain()

    /// What was waited for did not come in time. The engine says so in its protocol's words and finishes.
    func deadlinePassed()
}

/// What an engine waits for, so that the driver can keep a deadline for it.
///
/// `ordinal` changes whenever a new wait of the same kind begins: with the next request in HTTP/1.1, and in HTTP/2 when
/// the oldest unfinished stream is another one.
package struct HTTPWait: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Nothing is under way; the idle deadline applies.
        case request
        /// A request's first byte has come (HTTP/2: the connection preface, or a header block), its head is not complete.
        case head
        /// The head is complete, the body is not.
        case body
        /// An answer is open and has nothing to send: the peer owes nothing, so no deadline applies.
        case producer
    }

    package var kind: Kind
    package var ordinal: UInt64

    package init(_ kind: Kind, ordinal: UInt64) {
        self.kind = kind
        self.ordinal = ordinal
    }
}
