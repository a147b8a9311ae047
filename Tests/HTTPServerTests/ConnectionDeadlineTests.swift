import HTTPSemantics
import Platform
import Testing

@testable import HTTPServer

@Suite("The deadline of a connection")
struct ConnectionDeadlineTests {
    private let limits = ServerLimits()
    private let start = MonotonicTime(nanoseconds: 5_000_000_000)

    private func due(after milliseconds: UInt64) -> MonotonicTime { start.advanced(milliseconds: milliseconds) }

    @Test("is the one of what the connection does")
    func kinds() {
        let expected: [(ConnectionDeadline.Activity, ConnectionDeadline.Kind, UInt64)] = [
            (.handshaking, .handshake, 10_000), (.waiting(HTTPWait(.request, ordinal: 0)), .idle, 180_000),
            (.waiting(HTTPWait(.head, ordinal: 1)), .head, 10_000),
            (.waiting(HTTPWait(.body, ordinal: 1)), .body, 15_000), (.sending, .write, 15_000),
            (.lingering, .linger, 2_000),
        ]
        for (activity, kind, length) in expected {
            let deadline = ConnectionDeadline(activity, now: start, limits: limits)
            #expect(deadline.kind == kind)
            #expect(deadline.due == due(after: length))
        }
    }

    @Test("lets an idle connection live longer than the API server's client does")
    func idle() {
        #expect(limits.idleMilliseconds > 90_000)
    }

    @Test("does not move while the connection does the same, so that trickled bytes gain nothing")
    func trickle() {
        var deadline = ConnectionDeadline(.waiting(HTTPWait(.body, ordinal: 3)), now: start, limits: limits)
        for step in 1...100 {
            let isNearer = deadline.update(
                .waiting(HTTPWait(.body, ordinal: 3)), now: due(after: UInt64(step) * 100), limits: limits)
            #expect(!isNearer)
        }
        #expect(deadline.due == due(after: 15_000))
    }

    @Test("starts anew with the next request")
    func nextRequest() {
        var deadline = ConnectionDeadline(.waiting(HTTPWait(.head, ordinal: 1)), now: start, limits: limits)
        let isNearer = deadline.update(
            .waiting(HTTPWait(.head, ordinal: 2)), now: due(after: 9_000), limits: limits)
        #expect(!isNearer)
        #expect(deadline.due == due(after: 19_000))
    }

    @Test("says when it has come nearer, and only then")
    func nearer() {
        var deadline = ConnectionDeadline(.waiting(HTTPWait(.request, ordinal: 0)), now: start, limits: limits)
        let steps: [(ConnectionDeadline.Activity, Bool)] = [
            (.waiting(HTTPWait(.head, ordinal: 1)), true), (.waiting(HTTPWait(.body, ordinal: 1)), false),
            (.lingering, true),
        ]
        for (activity, expected) in steps {
            let isNearer = deadline.update(activity, now: start, limits: limits)
            #expect(isNearer == expected)
        }
    }
}
