import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import Operations

@Suite("A heartbeat")
struct HeartbeatTests {
    private final class Clock: Sendable {
        let nanoseconds = Atomic<UInt64>(0)
        var now: @Sendable () -> UInt64 { { self.nanoseconds.load(ordering: .relaxed) } }
        func pass(seconds: UInt64) { nanoseconds.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed) }
    }

    private let clock = Clock()

    @Test("is there from the start, and for a minute after the last beat")
    func patience() {
        let heartbeat = Heartbeat(now: clock.now)
        #expect(heartbeat.isAlive)
        clock.pass(seconds: 60)
        #expect(!heartbeat.isAlive)
        heartbeat.beat()
        clock.pass(seconds: 59)
        #expect(heartbeat.isAlive)
    }

    @Test("beats while it runs, and ends with the services")
    func running() async throws {
        let heartbeat = Heartbeat(now: clock.now)
        clock.pass(seconds: 90)
        try await testGracefulShutdown { trigger in
            async let ended: Void = heartbeat.run()
            while !heartbeat.isAlive { await Task.yield() }
            trigger.triggerGracefulShutdown()
            try await ended
        }
    }
}
