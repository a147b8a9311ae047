internal import Kubernetes

/// Counts what came of each Secret in a single pass.
struct OnceCount: Sendable {
    enum Result: Sendable { case refreshed, idle, failed }

    private var results: [ObjectKey: Result] = [:]

    /// What somebody did for it counts more than that nothing had to be done.
    mutating func settled(_ key: ObjectKey, _ result: Result) {
        if result == .idle, results[key] != nil { return }
        results[key] = result
    }

    func hasSettled(_ key: ObjectKey) -> Bool { results[key] != nil }

    func outcome(isComplete: Bool) -> OnceOutcome {
        var outcome = OnceOutcome()
        for result in results.values {
            switch result {
            case .refreshed: outcome.refreshed += 1
            case .idle: outcome.idle += 1
            case .failed: outcome.failed += 1
            }
        }
        outcome.isComplete = isComplete
        return outcome
    }
}
