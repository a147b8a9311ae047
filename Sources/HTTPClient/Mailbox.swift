internal import Synchronization

/// What the tasks of a process tell the client's thread.
final class Mailbox: Sendable {
    enum Command: Sendable {
        case begin(Order)
        /// Nobody wants the answer any more.
        case cancel(Ticket)
        /// The reader of a stream has made room.
        case resume(Ticket)
    }

    struct Batch {
        let commands: [Command]
        let isClosed: Bool
    }

    private struct State {
        var commands: [Command] = []
        var isClosed = false
        /// Whom to wake; nil when the thread has ended.
        var multi: MultiHandle?
    }

    private let state: Mutex<State>

    init(waking multi: MultiHandle) {
        state = Mutex(State(multi: multi))
    }

    /// - Returns: false when the client has been closed; the command is dropped then.
    @discardableResult
    func post(_ command: Command) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.commands.append(command)
            // Inside the lock: after `abandon` the handle may be gone.
            state.multi?.wakeUp()
            return true
        }
    }

    /// Ends the thread; what was posted before is answered with `.closed`.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.multi?.wakeUp()
        }
    }

    func take() -> Batch {
        state.withLock { state in
            defer { state.commands.removeAll(keepingCapacity: true) }
            return Batch(commands: state.commands, isClosed: state.isClosed)
        }
    }

    /// The thread's last look: from now on nothing is accepted and nobody is woken.
    func abandon() -> Batch {
        state.withLock { state in
            state.isClosed = true
            state.multi = nil
            defer { state.commands = [] }
            return Batch(commands: state.commands, isClosed: true)
        }
    }
}

/// Names one exchange between a task and the client's thread.
final class Ticket: Sendable, Hashable {
    private let cancelled = Atomic(false)

    /// Set before the thread is told, so that a cancellation that overtakes its order is not lost.
    func cancel() { cancelled.store(true, ordering: .releasing) }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    static func == (left: Ticket, right: Ticket) -> Bool { left === right }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
