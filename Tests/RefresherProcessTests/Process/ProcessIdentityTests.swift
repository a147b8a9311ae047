import Testing

@testable import RefresherService

@Suite("The name of a replica")
struct ProcessIdentityTests {
    /// Gives the same number always.
    private struct Fixed: RandomNumberGenerator {
        let value: UInt64
        func next() -> UInt64 { value }
    }

    @Test("is the pod's, and with a UUID behind it nobody else's")
    func pod() {
        var generator = Fixed(value: .max)
        let identity = ProcessIdentity(podName: "refresher-7d-x", hostName: "unused", using: &generator)
        #expect(identity.instance == "refresher-7d-x")
        #expect(identity.holder == "refresher-7d-x_ffffffff-ffff-4fff-bfff-ffffffffffff")
    }

    @Test("is the host's outside a cluster, and a UUID keeps its zeros")
    func host() {
        var generator = Fixed(value: 0x1)
        let identity = ProcessIdentity(podName: nil, hostName: "laptop", using: &generator)
        #expect(identity.instance == "laptop")
        #expect(identity.holder == "laptop_00000000-0000-4001-8000-000000000001")
    }

    @Test("differs from process to process")
    func different() {
        var generator = SystemRandomNumberGenerator()
        let one = ProcessIdentity(podName: nil, using: &generator)
        let other = ProcessIdentity(podName: nil, using: &generator)
        #expect(one.instance == other.instance && !one.instance.isEmpty)
        #expect(one.holder != other.holder)
    }
}
