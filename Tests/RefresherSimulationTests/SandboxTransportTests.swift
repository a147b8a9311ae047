import HTTPTransport
import RefresherSimulation
import Sandbox
import Synchronization
import Testing

@Suite("The sandbox's transport fails as a real one does, in virtual time")
struct SandboxTransportTests {
    private static let secrets = "https://\(SimulatedSandbox.kubernetesHost)/api/v1/secrets"

    private let scene = Scene()
    private let replica: SimulatedReplica

    init() { replica = SimulatedReplica("client", in: scene.sandbox) }

    /// What came of a request of ten seconds, and when.
    private func send(
        _ url: String = Self.secrets, limit: Int = 1 << 20, disturbing disturb: () throws -> Void = {}
    ) throws -> (result: String, seconds: Int64) {
        let result = Mutex<(String, Duration)>(("nothing", .zero))
        let (transport, simulation) = (replica.transport, scene.simulation)
        let start = simulation.now
        replica.process.start {
            let request = OutgoingRequest("GET", url, timeout: .seconds(10), responseLimit: limit)
            do throws(TransportError) {
                let answer = try await transport.send(request)
                result.withLock { $0 = ("\(answer.status) with \(answer.body.count)", simulation.now - start) }
            } catch {
                result.withLock { $0 = (error.label, simulation.now - start) }
            }
        }
        try simulation.run(for: .milliseconds(500))
        try disturb()
        try simulation.run(for: .seconds(60))
        return result.withLock { ($0.0, $0.1.components.seconds) }
    }

    private func spoil(_ change: (inout Fault) -> Void) {
        scene.sandbox.spoilKubernetes(count: 1, change)
    }

    @Test("a whole answer comes at once, and a late one when it comes")
    func answers() throws {
        let whole = try send()
        #expect(whole.result.hasPrefix("200 with ") && whole.seconds == 0)
        spoil { $0.delayMilliseconds = 9000 }
        #expect(try send() == (whole.result, 9))
    }

    @Test("an answer that does not come in ten seconds, or not to its end, is late")
    func late() throws {
        spoil { $0.delayMilliseconds = 11_000 }
        #expect(try send() == ("timed-out", 10))
        spoil { $0.ending = .stall }
        #expect(try send() == ("timed-out", 10))
        spoil { ($0.cut, $0.ending) = (5, .stall) }
        #expect(try send() == ("timed-out", 10))
    }

    @Test("a connection that breaks before or within the answer interrupts it")
    func broken() throws {
        spoil { $0.ending = .abort }
        #expect(try send() == ("interrupted", 0))
        spoil { ($0.cut, $0.ending) = (5, .abort) }
        #expect(try send() == ("interrupted", 0))
        spoil { $0.delayMilliseconds = 5000 }
        #expect(try send(disturbing: { replica.kubernetesLink.reset() }) == ("interrupted", 0))
    }

    @Test("an answer above the limit is refused, whole or in pieces")
    func limits() throws {
        #expect(try send(limit: 10) == ("response-too-large", 0))
        spoil { $0.delayMilliseconds = 2000 }
        #expect(try send(limit: 10) == ("response-too-large", 2))
    }

    @Test("a host without an address, one that refuses and one that is silent")
    func network() throws {
        #expect(try send("https://elsewhere.test/") == ("name-not-resolved", 0))
        replica.kubernetesLink.condition = .refused
        #expect(try send() == ("connect-failed", 0))
        replica.kubernetesLink.condition = .silent
        #expect(try send() == ("timed-out", 10))
        let healed = try send(disturbing: {
            try scene.simulation.run(for: .seconds(5))
            replica.kubernetesLink.condition = .up
        })
        #expect(healed.result.hasPrefix("200") && (5...7).contains(healed.seconds))
    }

    @Test("a request whose task ends is cancelled")
    func cancelled() throws {
        replica.kubernetesLink.condition = .silent
        #expect(try send(disturbing: { replica.process.cancel() }) == ("cancelled", 0))
    }
}
