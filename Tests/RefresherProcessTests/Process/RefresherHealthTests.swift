import Operations
import Synchronization
import Telemetry
import Testing

@testable import RefresherService

@Suite("The refresher's health")
struct RefresherHealthTests {
    private final class Clock: Sendable {
        let nanoseconds = Atomic<UInt64>(7)
        func pass(seconds: UInt64) { nanoseconds.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed) }
    }

    private let clock = Clock()

    private func health(isSynced: Bool) -> RefresherHealth {
        let clock = clock
        let heartbeat = Heartbeat { clock.nanoseconds.load(ordering: .relaxed) }
        return RefresherHealth(heartbeat: heartbeat) { isSynced }
    }

    private static func text(_ answer: HealthAnswer?) -> String? {
        answer.map { "\($0.status) \(String(decoding: $0.body, as: UTF8.self))" }
    }

    @Test("is good when the Secrets are known, with every check named on demand")
    func good() {
        let health = health(isSynced: true)
        for target in ["/healthz", "/livez", "/readyz"] {
            #expect(Self.text(health.answer(target: target)) == "200 ok")
        }
        #expect(
            Self.text(health.answer(target: "/readyz?verbose")) == "200 [+]informer-sync ok\nhealthz check passed\n")
        #expect(Self.text(health.answer(target: "/livez?verbose")) == "200 [+]tasks ok\nhealthz check passed\n")
        #expect(health.answer(target: "/metrics") == nil)
    }

    @Test("is alive and not ready until the Secrets are known")
    func unsynced() {
        let health = health(isSynced: false)
        #expect(health.answer(target: "/livez")?.status == 200)
        #expect(health.answer(target: "/readyz/informer-sync")?.status == 500)
        #expect(
            Self.text(health.answer(target: "/readyz"))
                == "500 [-]informer-sync failed: reason withheld\nhealthz check failed\n")
    }

    @Test("is dead when no task had a turn for a minute")
    func stuck() {
        let health = health(isSynced: true)
        clock.pass(seconds: 59)
        #expect(health.answer(target: "/livez")?.status == 200)
        clock.pass(seconds: 1)
        #expect(health.answer(target: "/livez")?.status == 500)
        #expect(health.answer(target: "/readyz")?.status == 200)
    }
}
