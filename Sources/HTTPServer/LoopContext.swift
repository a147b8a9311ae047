internal import HTTPSemantics

/// What the connections of one event loop share: storage and settings. Used by that loop's thread only.
final class LoopContext {
    /// Bytes read from a socket at once: a TLS record of 16 KiB and its overhead (RFC 8446 section 5.2), so that a common
    /// review is one read.
    private static let readBytes = 16 * 1024 + 512

    /// The largest plaintext of a TLS record.
    private static let plaintextBytes = 16 * 1024

    let limits: ServerLimits
    let budget: BodyBudget
    let observer: any ServerObserver
    let shedding = SheddingHandler()
    var isDraining = false
    var received = [UInt8](repeating: 0, count: LoopContext.readBytes)
    var plaintext = [UInt8](repeating: 0, count: LoopContext.plaintextBytes)

    init(limits: ServerLimits, budget: BodyBudget, observer: any ServerObserver) {
        self.limits = limits
        self.budget = budget
        self.observer = observer
    }
}
