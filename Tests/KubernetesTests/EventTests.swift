import HTTPTransport
import Testing

@testable import Kubernetes

@Suite("Events")
struct EventTests {
    private func subject(_ name: String) -> EventNote.Subject {
        .init(apiVersion: "kelos.dev/v1alpha1", kind: "Task", namespace: "ns", name: name, uid: "u-\(name)")
    }

    private func note(_ name: String, _ message: String, reason: String = "GitHubTokenRefreshFailed") -> EventNote {
        EventNote(.warning, reason, about: subject(name), message)
    }

    private let source = EventSource(component: "kelos-token-refresher", instance: "pod-1")

    @Test("are written once and then counted")
    func requests() async throws {
        let fixture = try Fixture([.answer(201, "{}"), .ok("{}")])
        let recorder = EventRecorder(fixture.client, source: source)
        await recorder.record(note("t", "first \"try\""))
        fixture.clock.advance(by: .seconds(9))
        // Too soon: counted, not written.
        await recorder.record(note("t", "second"))
        fixture.clock.advance(by: .seconds(1))
        await recorder.record(note("t", "third"))
        let name = "t." + String(ManualClock.start.microseconds, radix: 16)
        #expect(
            fixture.server.lines == [
                "POST /api/v1/namespaces/ns/events?fieldManager=tester",
                "PATCH /api/v1/namespaces/ns/events/\(name)?fieldManager=tester",
            ])
        #expect(
            String(decoding: fixture.server.requests[0].body, as: UTF8.self)
                == #"{"apiVersion":"v1","kind":"Event","metadata":{"name":"\#(name)","namespace":"ns"},"#
                + #""involvedObject":{"apiVersion":"kelos.dev/v1alpha1","kind":"Task","namespace":"ns","name":"t","#
                + #""uid":"u-t"},"reason":"GitHubTokenRefreshFailed","message":"first \"try\"","type":"Warning","#
                + #""source":{"component":"kelos-token-refresher"},"reportingComponent":"kelos-token-refresher","#
                + #""reportingInstance":"pod-1","firstTimestamp":"2026-08-22T10:00:00Z","#
                + #""lastTimestamp":"2026-08-22T10:00:00Z","count":1}"#)
        #expect(
            String(decoding: fixture.server.requests[1].body, as: UTF8.self)
                == #"{"count":3,"lastTimestamp":"2026-08-22T10:00:10Z","message":"third"}"#)
    }

    @Test("are made anew when somebody deleted them, and lost when they cannot be written")
    func failures() async throws {
        let refused = FakeServer.Reply.answer(403, status(403, "Forbidden", "no"))
        let fixture = try Fixture([
            .answer(201, "{}"), .answer(404, status(404, "NotFound", "gone")), .answer(201, "{}"), refused,
            .answer(201, "{}"),
        ])
        let recorder = EventRecorder(fixture.client, source: source)
        await recorder.record(note("t", "1"))
        fixture.clock.advance(by: .seconds(30))
        await recorder.record(note("t", "2"))
        #expect(fixture.server.requests.map(\.method) == ["POST", "PATCH", "POST"])
        #expect(String(decoding: fixture.server.requests[2].body, as: UTF8.self).hasSuffix(#""count":2}"#))
        await recorder.record(note("other", "3"))
        #expect(fixture.listener.lines.filter { $0.hasPrefix("event") } == ["event failed: forbidden"])
        // Nothing was written, so nothing is counted.
        await recorder.record(note("other", "4"))
        #expect(fixture.server.requests.last?.method == "POST")
    }

    @Test("are separate for each object, kind and reason, and after ten quiet minutes")
    func series() {
        var aggregator = EventAggregator()
        func isNew(_ note: EventNote, at seconds: Int) -> Bool {
            if case .create = aggregator.note(note, at: .seconds(seconds), unixTime: .seconds(seconds)) { return true }
            return false
        }
        #expect(isNew(note("a", "m"), at: 0))
        #expect(isNew(note("b", "m"), at: 0))
        #expect(isNew(note("a", "m", reason: "Other"), at: 0))
        #expect(isNew(EventNote(.normal, "Other", about: subject("a"), "m"), at: 0))
        #expect(!isNew(note("a", "m"), at: 600))
        #expect(!isNew(note("a", "other words"), at: 1200))
        #expect(isNew(note("a", "m"), at: 1801))
    }

    @Test("have names of their own, within bounds, and bounded messages")
    func names() {
        var aggregator = EventAggregator()
        var names: Set<String> = []
        for reason in ["A", "B", "C"] {
            let long = String(repeating: "x", count: 240) + "." + String(repeating: "y", count: 12)
            guard
                case .create(let record) = aggregator.note(
                    note(long, String(repeating: "é", count: 2000), reason: reason), at: .zero, unixTime: .seconds(1))
            else { continue }
            names.insert(record.name)
            #expect(record.name.utf8.count <= 253)
            #expect(record.message.utf8.count <= 1024)
        }
        #expect(names.count == 3)
        let dotted = EventRecord.name(of: subject(String(repeating: "x", count: 245) + ".-y"), stamp: 0xabcdef)
        #expect(dotted == String(repeating: "x", count: 245) + ".abcdef")
    }

    @Test("remember a bounded number of series")
    func bounds() {
        var aggregator = EventAggregator()
        for number in 0..<5000 {
            _ = aggregator.note(note("n\(number)", "m"), at: .milliseconds(number), unixTime: .milliseconds(number))
        }
        // The latest is still known, the first is not.
        #expect(aggregator.note(note("n4999", "m"), at: .seconds(6), unixTime: .seconds(6)) == .none)
        guard case .create = aggregator.note(note("n0", "m"), at: .seconds(6), unixTime: .seconds(6)) else {
            Issue.record("the first series is still remembered")
            return
        }
    }
}
