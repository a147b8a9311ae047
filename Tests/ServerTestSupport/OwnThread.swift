import Foundation

/// Runs work that blocks on a thread of its own, so that tests in parallel never fill the cooperative pool.
package func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try body() }) }.start()
    }
}

/// Holds a thread until the test lets it go. The hold ends by itself only where a test hangs.
package final class Gate: Sendable {
    private let entered = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)

    package init() {}

    /// Called by the thread that is to be held.
    package func pass() {
        entered.signal()
        _ = opened.wait(timeout: Patience.dispatchTime())
    }

    /// Tells that a thread has come here, without holding it.
    package func arrive() { entered.signal() }

    /// Waits until a thread has come. Blocks its own.
    package func awaitEntry() -> Bool { entered.wait(timeout: Patience.dispatchTime()) == .success }

    package func open() { opened.signal() }
}
