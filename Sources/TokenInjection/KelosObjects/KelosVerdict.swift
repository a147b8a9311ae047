/// What is to become of one Kelos object, and what its author should know. It is never changed.
package struct KelosVerdict: Sendable {
    package enum Outcome: Sendable {
        /// Let it through.
        case pass(SkipReason)

        /// Refuse it, for every one of these, the first hundred; never empty.
        case refuse([Violation])
    }

    package let outcome: Outcome

    /// Violations beyond those that `.refuse` lists.
    package let unlisted: Int

    /// Bounded as `InjectionPlan.warnings` are.
    package let warnings: [String]

    init(_ outcome: Outcome, unlisted: Int = 0, warnings: [String] = []) {
        self.outcome = outcome
        self.unlisted = unlisted
        self.warnings = warnings
    }
}
