extension KubernetesClient {
    /// Tries of one change before somebody who writes all the time wins (client-go, util/retry, DefaultRetry).
    package static let mostTries = 5
    private static let conflictDelay = Duration.milliseconds(10)
    private static let conflictJitter = 0.1

    /// Does `change` again as long as it throws `.conflict`, at most five times in all.
    ///
    /// - Parameter change: reads the object, decides, and writes with the resourceVersion it read; all of it every time.
    package func retryingOnConflict<Result: Sendable>(
        using generator: inout some RandomNumberGenerator,
        _ change: () async throws(KubernetesError) -> Result
    ) async throws(KubernetesError) -> Result {
        for _ in 1..<Self.mostTries {
            do {
                return try await change()
            } catch {
                guard error.code == .conflict else { throw error }
            }
            do {
                try await clock.pause(for: Self.conflictDelay.jittered(by: Self.conflictJitter, using: &generator))
            } catch {
                throw KubernetesError(.cancelled, "Cancelled between two tries of a change")
            }
        }
        return try await change()
    }
}
