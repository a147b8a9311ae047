import Synchronization

/// The network between one process and one host.
package final class Link: Sendable {
    package enum Condition: Sendable {
        case up
        /// Connections are refused at once.
        case refused
        /// A partition: packets vanish. What was sent before is delivered when they pass again, if anybody still waits.
        case silent
    }

    private struct State {
        var condition = Condition.up
        var latency = Duration.milliseconds(1)...Duration.milliseconds(20)
        var carried: [UInt64: @Sendable () -> Void] = [:]
        var number: UInt64 = 0
    }

    private let simulation: Simulation
    private let state = Mutex(State())

    init(_ simulation: Simulation) { self.simulation = simulation }

    package var condition: Condition {
        get { state.withLock { $0.condition } }
        set { state.withLock { $0.condition = newValue } }
    }

    /// One way.
    package var latency: ClosedRange<Duration> {
        get { state.withLock { $0.latency } }
        set { state.withLock { $0.latency = newValue } }
    }

    /// Breaks every connection that is open now.
    package func reset() {
        let breaks = state.withLock { $0.carried.sorted { $0.key < $1.key }.map(\.value) }
        for breakOff in breaks { breakOff() }
    }

    /// For one packet.
    func delay() -> Duration { simulation.random(in: latency) }

    func carry(_ breakOff: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.number += 1
            state.carried[state.number] = breakOff
            return state.number
        }
    }

    func drop(_ exchange: UInt64) { state.withLock { $0.carried[exchange] = nil } }
}
