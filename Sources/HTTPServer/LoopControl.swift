internal import HTTPSemantics
internal import Platform
internal import Synchronization

/// How other threads speak to one event loop: they set a flag and wake it.
final class LoopControl: StreamWaker {
    let wakeUp: WakeUp
    private let draining = Atomic(false)
    private let stopping = Atomic(false)
    private let aborting = Atomic(false)
    private let hasStreamNews = Atomic(false)
    private let pingsSent = Atomic<UInt64>(0)
    private let pingsAnswered = Atomic<UInt64>(0)

    init() throws(SystemError) {
        wakeUp = try WakeUp()
    }

    var isDraining: Bool { draining.load(ordering: .acquiring) }
    var isStopping: Bool { stopping.load(ordering: .acquiring) }
    var isAborting: Bool { aborting.load(ordering: .acquiring) }

    /// From now on every answer ends its connection.
    func drain() { raise(draining) }

    /// Accept what already waits, close idle connections, end when the last one is gone.
    func stop() { raise(stopping) }

    /// Close everything and end.
    func abort() { raise(aborting) }

    /// An open answer has something to send, on one of the loop's connections.
    func streamHasNews() {
        guard !hasStreamNews.exchange(true, ordering: .acquiringAndReleasing) else { return }
        wakeUp.signal()
    }

    /// Whether that was said since the last call.
    func takeStreamNews() -> Bool {
        hasStreamNews.exchange(false, ordering: .acquiringAndReleasing)
    }

    /// Asks the loop for a sign of life.
    ///
    /// - Returns: true when it answered the previous question.
    func ping() -> Bool {
        let answered = pingsAnswered.load(ordering: .relaxed) == pingsSent.load(ordering: .relaxed)
        if answered { pingsSent.add(1, ordering: .relaxed) }
        wakeUp.signal()
        return answered
    }

    /// Called by the loop whenever it was woken.
    func answerPing() {
        pingsAnswered.store(pingsSent.load(ordering: .relaxed), ordering: .relaxed)
    }

    private func raise(_ flag: borrowing Atomic<Bool>) {
        flag.store(true, ordering: .releasing)
        wakeUp.signal()
    }
}
