internal import HTTPSemantics
internal import Platform

/// The one deadline a connection has at a time, and what it is for. Pure: time comes in as a parameter.
struct ConnectionDeadline {
    enum Kind: Equatable {
        case handshake
        case idle
        case head
        case body
        case write
        case linger
        /// An answer is open and its producer has nothing to say.
        case producer
    }

    /// What a connection is doing, as far as deadlines are concerned.
    enum Activity: Equatable {
        case handshaking
        case waiting(HTTPWait)
        /// Output waits for the peer to read.
        case sending
        case lingering
    }

    private(set) var kind = Kind.handshake
    private(set) var due: MonotonicTime
    /// When the present activity began.
    private(set) var since: MonotonicTime
    private var activity: Activity

    init(_ activity: Activity, now: MonotonicTime, limits: ServerLimits) {
        self.activity = activity
        due = now
        since = now
        start(now: now, limits: limits)
    }

    /// Whether closing the connection would interrupt nothing that a peer has asked for.
    var isQuiet: Bool { kind == .handshake || kind == .idle }

    /// Restarts the deadline when the connection has begun something else; the same activity keeps the one it has, so a
    /// peer that trickles bytes gains nothing.
    ///
    /// - Returns: true when `due` may have come nearer than it was.
    mutating func update(_ next: Activity, now: MonotonicTime, limits: ServerLimits) -> Bool {
        guard next != activity else { return false }
        let before = due
        activity = next
        start(now: now, limits: limits)
        return due < before
    }

    private mutating func start(now: MonotonicTime, limits: ServerLimits) {
        let length: UInt64
        (kind, length) =
            switch activity {
            case .handshaking: (.handshake, limits.handshakeMilliseconds)
            case .sending: (.write, limits.writeMilliseconds)
            case .lingering: (.linger, limits.lingerMilliseconds)
            case .waiting(let wait):
                switch wait.kind {
                case .request: (.idle, limits.idleMilliseconds)
                case .head: (.head, limits.headMilliseconds)
                case .body: (.body, limits.bodyMilliseconds)
                case .producer: (.producer, limits.openAnswerMilliseconds)
                }
            }
        since = now
        due = now.advanced(milliseconds: length)
    }
}
