import Synchronization

/// A whole number that goes up and down. Updates are one relaxed atomic operation.
package final class Gauge: Sendable {
    private let current = Atomic<Int64>(0)

    init() {}

    package func add(_ amount: Int64) {
        current.wrappingAdd(amount, ordering: .relaxed)
    }

    package func set(_ value: Int64) {
        current.store(value, ordering: .relaxed)
    }

    package var value: Int64 { current.load(ordering: .relaxed) }
}
