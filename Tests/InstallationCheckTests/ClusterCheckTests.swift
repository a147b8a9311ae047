import HTTPTransport
import Kubernetes
import Testing

@testable import InstallationCheck

@Suite("The API server")
struct ClusterCheckTests {
    private let check = ClusterCheck(host: "10.0.0.1:6443")

    @Test("tells its version")
    func version() {
        #expect(check.apiServer(.found("v1.32.0")) == .ok(.apiServer, "Kubernetes v1.32.0 at 10.0.0.1:6443"))
    }

    @Test("may keep its version to itself", arguments: [Reading<String>.missing, .forbidden("no")])
    func untold(reading: Reading<String>) {
        let result = check.apiServer(reading)
        #expect(result.verdict == .ok)
        #expect(result.message == "10.0.0.1:6443 answers, but does not tell its version to this user")
    }

    @Test("must answer")
    func silent() {
        let result = check.apiServer(.failed("GET /version: no route"))
        #expect(result.verdict == .failed && result.message == "GET /version: no route")
    }

    @Test(
        "may be ten seconds off, and is worth a warning until it is off by the refresher's margin",
        arguments: [
            (0, Verdict.ok, "agree to 1s"), (-10_000, .ok, "agree to 11s"),
            (10_001, .warning, "10s ahead of the one here"),
            (-299_999, .warning, "4m 59s behind the one here"), (300_000, .failed, "5m 0s ahead of the one here"),
            (-86_400_000, .failed, "1d 0h behind the one here"),
        ])
    func clock(milliseconds: Int, verdict: Verdict, words: String) {
        let result = check.clock(.milliseconds(milliseconds))
        #expect(result.verdict == verdict)
        #expect(result.message.contains(words), "\(result.message)")
        #expect((result.mend == nil) == (verdict == .ok))
    }

    @Test("may send no date")
    func noDate() {
        #expect(check.clock(nil).verdict == .skipped)
    }
}

@Suite("The dates of answers")
struct ServerDatesTests {
    /// At each look the time after the last one's, in seconds.
    private final class Clock: ClientClock {
        private let times: [Int]
        private let looks = Counter()
        init(_ times: Int...) { self.times = times }
        func now() -> Duration { .zero }
        func unixTime() -> Duration { .seconds(times[looks.next() - 1]) }
        func pause(for duration: Duration) async throws(CancellationError) {}
    }

    private struct Server: HTTPTransport {
        let date: String?
        func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
            IncomingResponse(status: 200, fields: date.map { [(name: "date", value: $0)] } ?? [])
        }
        func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
            throw TransportError(.closed, "")
        }
    }

    @Test("tell the server's clock against the middle of the exchange")
    func offset() async throws {
        let dates = ServerDates(Server(date: "Sun, 06 Nov 1994 08:49:37 GMT"), clock: Clock(784_111_701, 784_111_702))
        #expect(dates.offset == nil)
        _ = try await dates.send(OutgoingRequest("GET", "https://a"))
        // 784111777.5 less 784111701.5: asked at the first look, answered at the second.
        #expect(dates.offset == .seconds(76))
    }

    @Test("count from the shortest exchange, for the server may have looked at its clock anywhere in a long one")
    func shortest() async throws {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        let now = 784_111_777
        let dates = ServerDates(Server(date: date), clock: Clock(now - 30, now, now - 1, now + 1, now, now + 60))
        for offset in [Duration.milliseconds(15_500), .milliseconds(500), .milliseconds(500)] {
            _ = try await dates.send(OutgoingRequest("GET", "https://a"))
            #expect(dates.offset == offset)
        }
    }

    @Test("may be missing or no dates", arguments: [nil, "", "yesterday"])
    func none(date: String?) async throws {
        let dates = ServerDates(Server(date: date), clock: Clock(1, 2))
        _ = try await dates.send(OutgoingRequest("GET", "https://a"))
        #expect(dates.offset == nil)
    }
}
