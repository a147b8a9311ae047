import Synchronization

/// A value that one task waits for and that comes once, from whoever is first.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case settled(Value)
    }

    private let state = Mutex(State.open)

    /// The value, if it is there.
    var peek: Value? {
        state.withLock { state in
            if case .settled(let value) = state { return value }
            return nil
        }
    }

    /// - Returns: false when there is a value already, which stays.
    @discardableResult
    func settle(_ value: Value) -> Bool {
        let (isFirst, waiting) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .settled: return (false, nil)
            case .open:
                state = .settled(value)
                return (true, nil)
            case .awaited(let waiting):
                state = .settled(value)
                return (true, waiting)
            }
        }
        waiting?.resume(returning: value)
        return isFirst
    }

    /// The value; `onCancel` is what it becomes when the waiting task is cancelled first.
    func value(onCancel: Value) async -> Value {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting in
                let known = state.withLock { state -> Value? in
                    if case .settled(let value) = state { return value }
                    state = .awaited(waiting)
                    return nil
                }
                if let known { waiting.resume(returning: known) }
            }
        } onCancel: {
            settle(onCancel)
        }
    }
}
