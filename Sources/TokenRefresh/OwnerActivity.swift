/// What is known about whoever uses a token.
package enum OwnerActivity: Equatable, Sendable {
    /// The Secret has no owner of a kind that starts and ends.
    case unowned
    /// A Task. `active` is its Job's `status.active`, zero where there is no Job; `finished` says that the Job has
    /// completed or failed, or the Task itself has.
    case task(active: Int, finished: Bool)
    /// A WorkerPool or Session. `replicas` is its StatefulSet's `spec.replicas`, zero where there is none.
    case replicas(Int)
    /// The owner is gone, and the Secret will be.
    case missing
}

/// Whether a token is worth refreshing.
package enum TokenUse: Equatable, Sendable {
    case needed
    /// Nobody uses it yet, or just now: looked at again after `lookAgain`.
    case idle
    /// Nobody will use it again.
    case over

    /// A pod that starts in between finds a token that is at most this much into its margin.
    package static let lookAgain: Duration = .seconds(30)

    package init(of owner: OwnerActivity) {
        self =
            switch owner {
            case .unowned: .needed
            case .task(let active, _) where active > 0: .needed
            case .task(_, let finished): finished ? .over : .idle
            case .replicas(let count): count > 0 ? .needed : .idle
            case .missing: .over
            }
    }
}
