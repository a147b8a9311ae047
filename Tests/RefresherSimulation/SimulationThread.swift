import Dispatch
package import Testing

/// Runs tests one after the other on a thread of their own. A simulation computes for seconds without ever waiting; on the
/// threads that all tasks share, it would keep tests waiting that go by real time.
package struct SimulationThread: SuiteTrait, TestTrait, TestScoping {
    package let isRecursive = true

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(QueueExecutor.shared) { try await function() }
    }
}

extension Trait where Self == SimulationThread {
    package static var onSimulationThread: SimulationThread { SimulationThread() }
}

private final class QueueExecutor: TaskExecutor {
    static let shared = QueueExecutor()

    private let queue = DispatchQueue(label: "simulations")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
