import Kubernetes
import Synchronization

/// A process's two clocks in virtual time. Both may run at another rate than the world's; only the wall clock can be set.
package final class VirtualClock: ClientClock {
    private let simulation: Simulation
    /// How much faster it runs than the world.
    private let rate: Double
    /// Monotonic clocks begin anywhere.
    private let start: Duration
    private let offset: Mutex<Duration>

    /// - Parameter offset: of the wall clock to the world's at the beginning.
    package init(_ simulation: Simulation, offset: Duration = .zero, rate: Double = 1) {
        self.simulation = simulation
        self.rate = rate
        self.offset = Mutex(offset)
        start = simulation.random(in: .seconds(1)...Duration.seconds(100_000))
    }

    package func now() -> Duration { start + local(simulation.now) }

    package func unixTime() -> Duration { Simulation.epoch + local(simulation.now) + offset.withLock { $0 } }

    /// Sets the wall clock forward, or back.
    package func step(by span: Duration) { offset.withLock { $0 += span } }

    package func pause(for duration: Duration) async throws(CancellationError) {
        let alarm = OneShot<Bool>()
        let timer = simulation.after(world(duration)) { alarm.settle(true) }
        guard await alarm.value(onCancel: false) else {
            simulation.cancel(timer)
            throw CancellationError()
        }
    }

    /// How long a span of this clock is in the world.
    func world(_ span: Duration) -> Duration { rate == 1 ? span : span / rate }

    private func local(_ span: Duration) -> Duration { rate == 1 ? span : span * rate }
}
