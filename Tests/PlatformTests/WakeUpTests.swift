import Platform
import ServerTestSupport
import Testing

@Suite("A wake-up")
struct WakeUpTests {
    @Test("is remembered when nobody waits yet, and stays until it is acknowledged")
    func remembered() throws {
        let wakeUp = try WakeUp()
        wakeUp.signal()
        #expect(wakeUp.wait(milliseconds: 0))
        #expect(wakeUp.wait(milliseconds: 0))
    }

    @Test("is quiet before it is signalled and after it was acknowledged, however often it was signalled")
    func acknowledged() throws {
        let wakeUp = try WakeUp()
        #expect(!wakeUp.wait(milliseconds: 0))
        for _ in 0..<1000 { wakeUp.signal() }
        wakeUp.acknowledge()
        #expect(!wakeUp.wait(milliseconds: 0))
    }

    @Test("does not block a thread that acknowledges what was never signalled")
    func acknowledgedTwice() throws {
        let wakeUp = try WakeUp()
        wakeUp.acknowledge()
        wakeUp.signal()
        #expect(wakeUp.wait(milliseconds: 0))
    }

    @Test("reaches a thread that waits already")
    func waking() async throws {
        let wakeUp = try WakeUp()
        async let woken = onOwnThread { wakeUp.wait(milliseconds: 20_000) }
        wakeUp.signal()
        #expect(try await woken)
    }
}
