/// What is to be done with one pod, and what its author should know.
package struct InjectionPlan: Sendable {
    package enum Outcome: Sendable {
        /// Leave it as it is.
        case skip(SkipReason)

        /// Apply the patch that was written beside the plan.
        case patch(InjectionFacts)

        /// Refuse it, for every one of these, the first hundred; never empty.
        case refuse([Violation])
    }

    package let outcome: Outcome

    /// Violations beyond those that `.refuse` lists.
    package let unlisted: Int

    /// At most 4096 characters together and 256 each, without control characters and duplicates: what the API server
    /// passes on uncut.
    package let warnings: [String]

    init(_ outcome: Outcome, unlisted: Int = 0, warnings: [String] = []) {
        self.outcome = outcome
        self.unlisted = unlisted
        self.warnings = warnings
    }
}

/// What a patch does, for an audit log.
package struct InjectionFacts: Sendable, Equatable {
    /// The Secret whose token is mounted.
    package let secret: String

    /// The key in it.
    package let key: String

    /// Names of the containers that are changed, in the pod's order, separated by commas.
    package let containers: String

    /// Operations in the patch.
    package let operations: Int
}
