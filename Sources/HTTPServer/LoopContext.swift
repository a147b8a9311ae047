internal import HTTPSemantics

/// What the connections of one event loop share: storage and settings. Used by that loop's thread only.
final class LoopContext {
    /// Bytes read from a socket at once: several common reviews over HTTP/2, and a sixth of the calls that the largest
    /// one would otherwise take.
    private static let readBytes = 64 * 1024

    /// The largest plaintext of a TLS record.
    private static let plaintextBytes = 16 * 1024

    let limits: ServerLimits
    let budget: BodyBudget
    let observer: any ServerObserver
    let shedding = SheddingHandler()
    let control: LoopControl
    var isDraining = false
    var isStopping = false
    var received = [UInt8](repeating: 0, count: LoopContext.readBytes)
    var plaintext = [UInt8](repeating: 0, count: LoopContext.plaintextBytes)

    init(limits: ServerLimits, budget: BodyBudget, observer: any ServerObserver, control: LoopControl) {
        self.control = control
        self.limits = limits
        self.budget = budget
        self.observer = observer
    }
}
