import HTTPSemantics
import Testing

@testable import HTTPServer

@Suite("A server's limits")
struct ServerLimitsTests {
    @Test("are shared out between event loops, at least one connection each", arguments: [1, 3, 4, 64, 5_000])
    func shares(loops: Int) {
        let share = ServerLimits().divided(by: loops)
        #expect(share.connections == max(1, 1_024 / loops))
        #expect(share.shedConnections == max(1, 128 / loops))
        #expect(share.acceptedConnections == share.connections + share.shedConnections)
    }

    @Test("have room for a body of the largest size")
    func bodies() {
        let limits = ServerLimits()
        #expect(limits.bufferedBodyBytes >= limits.http.bodyBytes)
    }
}
