import HTTPTransport
import Testing

@testable import Kubernetes

@Suite("A watcher")
struct WatcherTests {
    private struct Outcome {
        var events: [WatcherEvent]
        var lines: [String]
        var heard: [String]
        var slept: [Duration]
    }

    private func run(_ replies: [FakeServer.Reply], limits: WatcherLimits = WatcherLimits()) async throws -> Outcome {
        let fixture = try Fixture(replies)
        let events = EventLog()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                await Watcher(
                    fixture.client, ObjectSelection(.secrets, labelSelector: "a in (b,c)"),
                    selecting: MetadataSelection(), limits: limits
                ).run(using: LowestGenerator()) { event in
                    // Each event takes two seconds: no watch here is too short.
                    fixture.clock.advance(by: .seconds(2))
                    events.append(event)
                }
            }
            await fixture.server.isOutOfScript()
            group.cancelAll()
        }
        return Outcome(
            events: events.all, lines: fixture.server.lines,
            heard: fixture.listener.lines.filter { $0.hasPrefix("secrets") }, slept: fixture.clock.slept)
    }

    private static let secrets = "/api/v1/secrets?labelSelector=a%20in%20%28b%2Cc%29"

    private static func listLine(_ rest: String = "&limit=500") -> String { "GET " + secrets + rest }

    private static func watchLine(_ version: String) -> String {
        "GET " + secrets + "&watch=1&allowWatchBookmarks=true&resourceVersion=\(version)&timeoutSeconds=300"
    }

    @Test("lists all pages, then follows what changes and resumes where a watch ended")
    func normalLife() async throws {
        let outcome = try await run([
            .ok(list([object("a", version: "1")], version: "10", continuation: "c/1=")),
            .ok(list([object("b", version: "2")], version: "11")),
            .stream([event("ADDED", object("c", version: "12")), event("DELETED", object("a", version: "13"))]),
            .stream([bookmark("20"), event("MODIFIED", object("b", version: "21"))]),
        ])
        #expect(
            outcome.events == [
                .initStarted, .initApplied(kept("a", "1")), .initApplied(kept("b", "2")), .initDone,
                .applied(kept("c", "12")), .deleted(kept("a", "13")), .applied(kept("b", "21")),
            ])
        #expect(
            outcome.lines == [
                Self.listLine(), Self.listLine("&limit=500&continue=c%2F1%3D"), Self.watchLine("10"),
                Self.watchLine("13"), Self.watchLine("21"),
            ])
        #expect(outcome.heard == ["secrets ended", "secrets ended"])
        #expect(outcome.slept == [])
    }

    @Test("asks for metadata only, with the silence it bears")
    func requestForm() async throws {
        let fixture = try Fixture([.ok(list([], version: "5"))])
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                await Watcher(
                    fixture.client, ObjectSelection(.jobs, namespace: "n s"), selecting: MetadataSelection()
                ).run(using: LowestGenerator()) { _ in }
            }
            await fixture.server.isOutOfScript()
            group.cancelAll()
        }
        let requests = fixture.server.requests
        #expect(requests.count == 2)
        #expect(requests[0].url == "https://api.test:6443/apis/batch/v1/namespaces/n%20s/jobs?limit=500")
        #expect(
            requests.map { $0.fields[0].value } == [
                "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
                "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
            ])
        #expect(requests[0].silence == nil)
        #expect(requests[1].silence == .seconds(65))
        #expect(requests[1].timeout == .seconds(30))
    }

    @Test("lists anew without a version after 410, as an event or as a status, within two seconds")
    func expiry() async throws {
        let gone = status(410, "Expired", "too old resource version: 10 (400)")
        let outcome = try await run([
            .ok(list([object("a", version: "1")], version: "10")),
            .stream([event("ERROR", gone)]),
            .ok(list([object("b", version: "30")], version: "40")),
            .answer(410, gone),
            .ok(list([], version: "50")),
        ])
        #expect(
            outcome.events == [
                .initStarted, .initApplied(kept("a", "1")), .initDone, .initStarted, .initApplied(kept("b", "30")),
                .initDone, .initStarted, .initDone,
            ])
        #expect(
            outcome.lines == [
                Self.listLine(), Self.watchLine("10"), Self.listLine(), Self.watchLine("40"), Self.listLine(),
                Self.watchLine("50"),
            ])
        #expect(
            outcome.heard == [
                "secrets expired", "secrets failed: expired", "secrets expired", "secrets failed: expired",
            ])
        #expect(outcome.slept == [.milliseconds(800), .milliseconds(1600)])
    }

    @Test("lists soon after 410, though an outage before it made the waits long")
    func expiryAfterOutage() async throws {
        let outcome = try await run([
            .ok(list([], version: "10")),
            .failure(.connectFailed), .failure(.connectFailed), .failure(.connectFailed), .failure(.connectFailed),
            .stream([event("ERROR", status(410, "Expired", "too old resource version"))]),
            .ok(list([], version: "50")),
        ])
        #expect(outcome.slept == [800, 1600, 3200, 6400, 800].map { .milliseconds($0) })
    }

    @Test("begins a list again whose continue token expired")
    func expiryBetweenPages() async throws {
        let outcome = try await run([
            .ok(list([object("a", version: "1")], version: "10", continuation: "c")),
            .answer(410, status(410, "Expired", "the continue token has expired")),
            .ok(list([object("b", version: "2")], version: "20")),
        ])
        #expect(
            outcome.events == [
                .initStarted, .initApplied(kept("a", "1")), .initStarted, .initApplied(kept("b", "2")), .initDone,
            ])
        #expect(
            outcome.lines == [
                Self.listLine(), Self.listLine("&limit=500&continue=c"), Self.listLine(), Self.watchLine("20"),
            ])
    }

    @Test("resumes from the last bookmark after a dropped stream, without the half line")
    func droppedStream() async throws {
        let whole = event("ADDED", object("c", version: "31"))
        let outcome = try await run([
            .ok(list([], version: "10")),
            .stream([bookmark("30"), String(whole.prefix(40))], failing: .interrupted),
            .stream([String(whole.prefix(7)), String(whole.dropFirst(7))]),
        ])
        #expect(outcome.events == [.initStarted, .initDone, .applied(kept("c", "31"))])
        #expect(
            outcome.lines == [Self.listLine(), Self.watchLine("10"), Self.watchLine("30"), Self.watchLine("31")])
        #expect(outcome.heard == ["secrets failed", "secrets failed: transport", "secrets ended"])
    }

    @Test("resumes at once after a stall, which took its time already")
    func stall() async throws {
        let outcome = try await run([
            .ok(list([], version: "10")), .stream([bookmark("11")], failing: .stalled),
        ])
        #expect(outcome.lines == [Self.listLine(), Self.watchLine("10"), Self.watchLine("11")])
        #expect(outcome.heard == ["secrets stalled"])
        #expect(outcome.slept == [])
    }

    @Test("lists anew when a line is no event, and shows nothing of it")
    func malformedLine() async throws {
        let outcome = try await run([
            .ok(list([], version: "10")), .stream(["{\"type\":\"\(canary)\"}\n"]), .ok(list([], version: "11")),
        ])
        #expect(outcome.lines == [Self.listLine(), Self.watchLine("10"), Self.listLine(), Self.watchLine("11")])
        #expect(outcome.heard == ["secrets failed", "secrets failed: malformed"])
    }

    @Test("asks for smaller pages when one is too large, and for whole ones afterwards")
    func largePage() async throws {
        let gone = status(410, "Gone", "")
        let outcome = try await run([
            .failure(.responseTooLarge), .failure(.responseTooLarge),
            .ok(list([], version: "10", continuation: "x")), .ok(list([], version: "10")), .answer(410, gone),
        ])
        #expect(
            outcome.lines == [
                Self.listLine(), Self.listLine("&limit=250"), Self.listLine("&limit=125"),
                Self.listLine("&limit=125&continue=x"), Self.watchLine("10"), Self.listLine(),
            ])
    }

    @Test("pauses after a watch that ends as soon as it is open")
    func shortWatches() async throws {
        let outcome = try await run([
            .ok(list([], version: "10")), .stream([]), .stream([]), .stream([]),
        ])
        #expect(outcome.lines == [Self.listLine()] + Array(repeating: Self.watchLine("10"), count: 4))
        #expect(outcome.slept == [.milliseconds(800), .milliseconds(1600), .milliseconds(3200)])
    }

    @Test("never hammers through ten minutes of an outage, and recovers within a minute")
    func outage() async throws {
        let replies: [FakeServer.Reply] = (0..<24).map { $0 % 2 == 0 ? .failure(.connectFailed) : .answer(500, "boom") }
        let fixture = try Fixture(replies + [.ok(list([], version: "1"))])
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                await Watcher(fixture.client, ObjectSelection(.secrets), selecting: MetadataSelection())
                    .run(using: SeededGenerator(seed: 7)) { _ in }
            }
            await fixture.server.isOutOfScript()
            group.cancelAll()
        }
        let slept = fixture.clock.slept
        #expect(slept.count == 24)
        #expect(slept[0] >= .milliseconds(800) && slept[0] < .milliseconds(1600))
        #expect(slept.allSatisfy { $0 < .seconds(60) })
        #expect(slept.dropFirst(6).allSatisfy { $0 >= .seconds(30) })
        #expect(Set(slept).count == 24)
        let total = slept.reduce(.zero, +)
        #expect(total > .seconds(600))
        // At most one request in four seconds.
        #expect(24 / (Double(total.milliseconds) / 1000) <= 0.25)
    }

    @Test("waits as long as Retry-After asks, within a minute")
    func retryAfter() async throws {
        let outcome = try await run([
            .answer(429, fields: [("retry-after", "7")], status(429, "TooManyRequests", "slow down")),
            .answer(503, fields: [("retry-after", "86400")], "<html>"),
            .answer(
                429, status(429, "TooManyRequests", "slow down", details: #"{"retryAfterSeconds":9}"#)),
            .answer(503, fields: [("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT")], ""),
        ])
        #expect(outcome.slept == [.seconds(7), .seconds(60), .seconds(9), .milliseconds(6400)])
        #expect(
            outcome.heard == [
                "secrets failed: too-many-requests", "secrets failed: server", "secrets failed: too-many-requests",
                "secrets failed: server",
            ])
    }

    @Test("goes on trying where it is forbidden, ever more slowly")
    func forbidden() async throws {
        let refused = status(403, "Forbidden", "secrets is forbidden")
        let outcome = try await run(Array(repeating: .answer(403, refused), count: 7))
        #expect(
            outcome.slept == [
                .milliseconds(800), .milliseconds(1600), .milliseconds(3200), .milliseconds(6400),
                .milliseconds(12_800), .milliseconds(25_600), .seconds(30),
            ])
        #expect(outcome.heard == Array(repeating: "secrets failed: forbidden", count: 7))
    }

    @Test("sees a Secret that is deleted and made again as another one")
    func recreated() async throws {
        let outcome = try await run([
            .ok(list([object("a", version: "1")], version: "10")),
            .stream([
                event("DELETED", object("a", version: "11"))
                    + event("ADDED", object("a", version: "12").replacing("uid-a", with: "uid-2"))
            ]),
        ])
        #expect(outcome.events.suffix(2).first == .deleted(kept("a", "11")))
        guard case .applied(let again) = outcome.events.last else {
            Issue.record("the second Secret is missing")
            return
        }
        #expect(again.uid == "uid-2")
    }

    @Test("reads 5,000 objects in ten pages and keeps only what was selected")
    func manyObjects() async throws {
        let extra = #","labels":{"keep":"yes","drop":"\#(canary)"},"annotations":{"last-applied":"\#(canary)"}"#
        let pages = (0..<10).map { page -> FakeServer.Reply in
            let objects = (0..<500).map { object("s\(page * 500 + $0)", version: "1", extra: extra) }
            return .ok(list(objects, version: "9", continuation: page == 9 ? nil : "p\(page + 1)"))
        }
        let fixture = try Fixture(pages)
        let events = EventLog()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                await Watcher(
                    fixture.client, ObjectSelection(.secrets), selecting: MetadataSelection(labels: ["keep"])
                ).run(using: LowestGenerator()) { event in events.append(event) }
            }
            await fixture.server.isOutOfScript()
            group.cancelAll()
        }
        let all = events.all
        #expect(all.count == 5002)
        #expect(fixture.server.lines.filter { $0.contains("limit=500") }.count == 10)
        guard case .initApplied(let last) = all[5000] else {
            Issue.record("the last object is missing")
            return
        }
        #expect(last.name == "s4999")
        #expect(last.labels == ["keep": "yes"])
        #expect(last.annotations.isEmpty)
    }
}
