import HTTPTransport
import Synchronization
import Testing

@testable import Kubernetes

@Suite("A candidate")
struct LeaderElectorTests {
    private final class Changes: Sendable {
        private let seen = Mutex<[Bool]>([])
        var all: [Bool] { seen.withLock { $0 } }
        func append(_ isLeader: Bool) { seen.withLock { $0.append(isLeader) } }
    }

    private static let target = "/apis/coordination.k8s.io/v1/namespaces/kelos-system/leases"

    private func lease(_ holder: String, version: String, transitions: Int = 0) -> String {
        """
        {"kind":"Lease","metadata":{"name":"l","namespace":"kelos-system","resourceVersion":"\(version)"},"spec":\
        {"holderIdentity":"\(holder)","leaseDurationSeconds":15,"acquireTime":"2026-08-22T10:00:00.250000Z",\
        "renewTime":"2026-08-22T10:00:0\(version).250000Z","leaseTransitions":\(transitions)}}
        """
    }

    private func elector(_ fixture: Fixture) -> LeaderElector {
        LeaderElector(fixture.client, lease: ObjectKey(namespace: "kelos-system", name: "l"), identity: "me")
    }

    private func run(_ fixture: Fixture, _ elector: LeaderElector) async throws -> [Bool] {
        let changes = Changes()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                await elector.run(using: LowestGenerator()) { changes.append($0) }
            }
            await fixture.server.isOutOfScript()
            group.cancelAll()
        }
        return changes.all
    }

    @Test("creates the lease, renews it every two seconds and gives it back")
    func life() async throws {
        let fixture = try Fixture([
            .answer(404, status(404, "NotFound", "no lease")), .answer(201, lease("me", version: "1")),
            .ok(lease("me", version: "2")),
        ])
        let elector = elector(fixture)
        #expect(try await run(fixture, elector) == [true])
        #expect(
            fixture.server.lines == [
                "GET \(Self.target)/l", "POST \(Self.target)?fieldManager=tester",
                "PATCH \(Self.target)/l?fieldManager=tester", "PATCH \(Self.target)/l?fieldManager=tester",
            ])
        let bodies = fixture.server.requests.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(
            bodies[1]
                == #"{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l","#
                + #""namespace":"kelos-system"},"spec":{"holderIdentity":"me","leaseDurationSeconds":15,"#
                + #""acquireTime":"2026-08-22T10:00:00.250000Z","renewTime":"2026-08-22T10:00:00.250000Z","#
                + #""leaseTransitions":0}}"#)
        #expect(
            bodies[2]
                == #"{"metadata":{"resourceVersion":"1"},"spec":{"holderIdentity":"me","leaseDurationSeconds":15,"#
                + #""acquireTime":"2026-08-22T10:00:00.250000Z","renewTime":"2026-08-22T10:00:02.250000Z","#
                + #""leaseTransitions":0}}"#)
        #expect(fixture.clock.slept == [.seconds(2), .seconds(2)])
        #expect(elector.isLeader)
    }

    @Test("gives the lease back with an empty holder and one second")
    func release() async throws {
        let replies: [FakeServer.Reply] = [
            .ok(lease("", version: "1")), .ok(lease("me", version: "2", transitions: 1)),
        ]
        let fixture = try Fixture(replies)
        let elector = elector(fixture)
        #expect(try await run(fixture, elector) == [true])

        let conflict = FakeServer.Reply.answer(409, status(409, "Conflict", "modified"))
        fixture.server.extend([
            .ok(lease("me", version: "5")), conflict, .ok(lease("me", version: "6")), .ok(lease("", version: "7")),
        ])
        await elector.release()
        #expect(!elector.isLeader)
        let last = fixture.server.requests.suffix(4).map { String(decoding: $0.body, as: UTF8.self) }
        #expect(
            last[3]
                == #"{"metadata":{"resourceVersion":"6"},"spec":{"holderIdentity":"","leaseDurationSeconds":1,"#
                + #""acquireTime":"2026-08-22T10:00:02.250000Z","renewTime":"2026-08-22T10:00:02.250000Z","#
                + #""leaseTransitions":0}}"#)
        let count = fixture.server.requests.count
        await elector.release()
        #expect(fixture.server.requests.count == count)
    }

    @Test("does not give back what somebody else holds by now")
    func lateRelease() async throws {
        let fixture = try Fixture([.ok(lease("", version: "1")), .ok(lease("me", version: "2"))])
        let elector = elector(fixture)
        _ = try await run(fixture, elector)
        fixture.server.extend([.ok(lease("other", version: "9"))])
        await elector.release()
        #expect(fixture.server.requests.last?.method == "GET")
    }

    @Test("knows that it does not lead any more before anybody tells it")
    func frozen() async throws {
        let fixture = try Fixture([.ok(lease("", version: "1")), .ok(lease("me", version: "2"))])
        let elector = elector(fixture)
        _ = try await run(fixture, elector)
        #expect(elector.isLeader)
        fixture.clock.advance(by: .seconds(7) + .milliseconds(999))
        #expect(elector.isLeader)
        fixture.clock.advance(by: .milliseconds(1))
        #expect(!elector.isLeader)
    }

    @Test("steps down at its deadline when renewals fail, and says so once")
    func lost() async throws {
        let failure = FakeServer.Reply.failure(.connectFailed)
        let fixture = try Fixture(
            [.ok(lease("", version: "1")), .ok(lease("me", version: "2"))] + Array(repeating: failure, count: 6) + [
                .ok(lease("other", version: "3"))
            ])
        #expect(try await run(fixture, elector(fixture)) == [true, false])
        #expect(fixture.listener.lines.filter { $0.hasPrefix("election") }.count == 6)
        // The lease may have been renewed without our knowing, so it is read before it is written.
        #expect(
            fixture.server.requests.map(\.method)
                == ["GET", "PATCH", "PATCH", "GET", "GET", "GET", "GET", "GET", "GET", "GET"])
        // No request outlives the leadership that sent it.
        let renewal = fixture.server.requests[2...5].map(\.timeout)
        #expect(renewal == [.seconds(5), .seconds(5), .seconds(4), .seconds(2)])
    }

    @Test("does not hammer where a lease cannot be created")
    func missingNamespace() async throws {
        let missing = FakeServer.Reply.answer(404, status(404, "NotFound", "no namespace"))
        let fixture = try Fixture(Array(repeating: missing, count: 8))
        #expect(try await run(fixture, elector(fixture)) == [])
        #expect(fixture.server.requests.map(\.method).prefix(4) == ["GET", "POST", "GET", "POST"])
        #expect(fixture.clock.slept.count == 4)
        #expect(fixture.clock.slept.allSatisfy { $0 > .milliseconds(900) })
    }

    @Test("refuses what is no lease", arguments: ["", "[]", "{}", "{\"metadata\":{\"resourceVersion\":\"\(canary)\""])
    func malformed(body: String) async throws {
        let fixture = try Fixture([.ok(body)])
        #expect(try await run(fixture, elector(fixture)) == [])
        #expect(fixture.listener.lines.filter { $0.hasPrefix("election") } == ["election failed: malformed"])
    }
}
