/// What came of one pass over all Secrets.
package struct OnceOutcome: Sendable, Equatable {
    /// Tokens that were replaced. In a dry run, those that would be.
    package var refreshed = 0
    /// Secrets that needed nothing: their tokens are fresh, or nobody uses them.
    package var idle = 0
    package var failed = 0
    /// False if the Secrets could not be listed in time: the counts are then of those that were seen.
    package var isComplete = false

    package init() {}
}
