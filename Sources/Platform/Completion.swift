internal import Synchronization

/// Lets any number of tasks wait until a number of threads have ended.
package final class Completion: Sendable {
    private struct State {
        var missing: Int
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// - Parameter count: how many arrivals are waited for.
    package init(count: Int = 1) {
        state = Mutex(State(missing: count))
    }

    /// One of them has ended. An arrival more than there are is ignored.
    package func arrive() {
        let released = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard state.missing > 0 else { return [] }
            state.missing -= 1
            guard state.missing == 0 else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in released { waiter.resume() }
    }

    /// Returns once all have arrived, at once if they have.
    package func wait() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.missing > 0 { state.waiters.append(continuation) }
                return state.missing == 0
            }
            if isDone { continuation.resume() }
        }
    }
}
