package import TLS

/// What happens to a server's connections, for metrics and logs. Reported on the event loops: observers must be quick
/// and must not block.
package enum ServerEvent: Sendable {
    case accepted
    /// Accepted above the limit: its requests are answered 503.
    case shed
    /// A quiet connection gave way to a new one, at the limit.
    case evicted
    /// A connection is gone, whatever ended it.
    case closed
    case negotiated(NegotiatedProtocol)
    case handshakeFailed(TLSError)
    /// TLS broke after the handshake.
    case sessionFailed(TLSError)
    case deadlinePassed(DeadlineKind)
    /// No connection is accepted for now: the limit is reached, or the process is out of descriptors.
    case acceptPaused
    case acceptResumed

    package enum DeadlineKind: String, CaseIterable, Sendable {
        case handshake
        case idle
        case head
        case body
        case write
        case linger
    }
}

package protocol ServerObserver: Sendable {
    func observe(_ event: ServerEvent)
}
