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

    @Test(
        "fit the descriptors there are, and keep a part for those who are told to come back",
        arguments: [
            (100_000, 1_024, 128), (1_152, 1_024, 128), (1_151, 1_023, 128), (24, 21, 3), (2, 1, 1), (-5, 1, 1),
        ])
    func fitting(descriptors: Int, connections: Int, shed: Int) {
        let fitted = ServerLimits().fitting(descriptors: descriptors)
        #expect(fitted.connections == connections)
        #expect(fitted.shedConnections == shed)
    }

    @Test("have room for a body of the largest size")
    func bodies() {
        let limits = ServerLimits()
        #expect(limits.bufferedBodyBytes >= limits.http.bodyBytes)
    }
}
