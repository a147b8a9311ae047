import HTTPSemantics
import Platform
import ServerTestSupport
import Testing

@testable import HTTPServer

@Suite("A table of connections")
struct ConnectionTableTests {
    private let context: LoopContext

    init() throws {
        context = LoopContext(
            limits: ServerLimits(), budget: BodyBudget(bytes: 1), observer: EventRecorder(),
            control: try LoopControl())
    }

    private func connection() throws -> Connection {
        let listener = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0))
        return Connection(
            socket: try StreamSocket(connectingTo: listener.address), tls: nil, handler: PathHandler(),
            context: context, now: MonotonicTime(nanoseconds: 0))
    }

    @Test("finds each connection by its token")
    func finding() throws {
        var table = ConnectionTable()
        let made = try (0..<5).map { _ in try connection() }
        let tokens = made.map { table.insert($0, interest: .read) }
        #expect(Set(tokens).count == 5)
        #expect(table.count == 5)
        #expect(Set(table.tokens) == Set(tokens))
        for (token, connection) in zip(tokens, made) {
            #expect(table.entry(of: token)?.connection === connection)
            #expect(table.entry(of: token)?.interest == .read)
        }
    }

    @Test("does not take a new connection for the one whose slot it has")
    func reuse() throws {
        var table = ConnectionTable()
        let old = table.insert(try connection(), interest: .read)
        table.remove(old)
        let next = try connection()
        let new = table.insert(next, interest: .write)
        #expect(UInt32(truncatingIfNeeded: old) == UInt32(truncatingIfNeeded: new))
        #expect(old != new)
        #expect(table.entry(of: old) == nil)
        #expect(table.entry(of: new)?.connection === next)
        #expect(table.tokens == [new])
    }

    @Test("knows nobody by a token that it never gave")
    func unknown() throws {
        var table = ConnectionTable()
        #expect(table.entry(of: 0) == nil)
        let token = table.insert(try connection(), interest: .read)
        #expect(table.entry(of: token + 1) == nil)
        #expect(table.entry(of: token | 1 << 40) == nil)
        #expect(table.entry(of: .max) == nil)
    }

    @Test("never gives a token with the highest bit, which marks the loop's own")
    func highestBit() throws {
        var table = ConnectionTable()
        let connection = try connection()
        for _ in 0..<100_000 {
            let token = table.insert(connection, interest: .read)
            guard token >> 63 == 0 else {
                Issue.record("token \(token)")
                return
            }
            table.remove(token)
        }
        #expect(table.count == 0)
        #expect(table.tokens.isEmpty)
    }

    @Test("lets a connection go when it is removed")
    func release() throws {
        var table = ConnectionTable()
        weak var seen: Connection?
        var token: UInt64 = 0
        do {
            let connection = try connection()
            seen = connection
            token = table.insert(connection, interest: .read)
        }
        #expect(seen != nil)
        table.remove(token)
        #expect(seen == nil)
    }
}
