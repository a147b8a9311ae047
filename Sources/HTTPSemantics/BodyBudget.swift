import Synchronization

/// The bytes that unfinished request bodies may hold in memory, over all connections of a server.
///
/// An engine reserves a body's announced length before it stores the first byte and releases it when the request is
/// answered or the connection ends; a refused reservation is answered 503 with `Retry-After: 1`, which the API
/// server's client retries.
package final class BodyBudget: Sendable {
    private let available: Atomic<Int>

    /// - Parameter bytes: the whole budget.
    package init(bytes: Int) {
        available = Atomic(bytes)
    }

    /// Takes `bytes` out of the budget, or takes nothing and returns false.
    package func reserve(_ bytes: Int) -> Bool {
        if available.subtract(bytes, ordering: .relaxed).newValue >= 0 { return true }
        available.add(bytes, ordering: .relaxed)
        return false
    }

    /// Gives back what `reserve` took.
    package func release(_ bytes: Int) {
        available.add(bytes, ordering: .relaxed)
    }

    /// Bytes left.
    package var remaining: Int { available.load(ordering: .relaxed) }
}
