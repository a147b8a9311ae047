package import Logging
internal import Synchronization

/// The level from which on a process logs, common to all of its loggers and changed while it runs.
///
/// Reading it is one atomic load: requests ask for it before they describe themselves.
package final class LogThreshold: Sendable {
    private let configured: Logger.Level
    private let alternative: Logger.Level
    private let isSwitched = Atomic(false)

    /// - Parameter configured: what was asked for. The alternative is debug, or info for who has debug already.
    package init(_ configured: Logger.Level) {
        self.configured = configured
        alternative = configured > .debug ? .debug : .info
    }

    package var level: Logger.Level { isSwitched.load(ordering: .relaxed) ? alternative : configured }

    /// What `toggle` leads to.
    package var other: Logger.Level { isSwitched.load(ordering: .relaxed) ? configured : alternative }

    /// Goes to the alternative, or back to what was asked for. For one caller at a time.
    package func toggle() { isSwitched.store(!isSwitched.load(ordering: .relaxed), ordering: .relaxed) }
}
