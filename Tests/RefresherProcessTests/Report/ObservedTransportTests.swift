import HTTPTransport
import Synchronization
import Telemetry
import Testing

@testable import RefresherService

@Suite("A transport that is observed")
struct ObservedTransportTests {
    /// Answers with a status, or fails.
    private struct Fixed: HTTPTransport {
        let status: Int?

        func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
            guard let status else { throw TransportError(.timedOut, "late") }
            return IncomingResponse(status: status)
        }

        func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
            guard let status else { throw TransportError(.timedOut, "late") }
            return IncomingStream(status: status, fields: [], body: AsyncThrowingStream { $0.finish() })
        }
    }

    private let worker = ReportedWorker()

    private func counted() -> [String] {
        worker.told("kelos_github_api_requests_total").filter { !$0.hasSuffix(" 0") }
    }

    private func observed(_ status: Int?) -> ObservedTransport {
        let ticks = Ticks()
        return ObservedTransport(Fixed(status: status), metrics: worker.metrics.gitHub) { ticks.next() }
    }

    /// A quarter of a second passes with each look.
    private final class Ticks: Sendable {
        private let count = Atomic<UInt64>(0)

        func next() -> UInt64 { count.wrappingAdd(250_000_000, ordering: .relaxed).newValue }
    }

    @Test(
        "is counted by what is asked for, whatever API and path it is below",
        arguments: [
            ("POST", "https://api.github.com/app/installations/7/access_tokens", "POST", "access_tokens"),
            ("POST", "https://ghe:8443/api/v3/app/installations/7/access_tokens", "POST", "access_tokens"),
            ("GET", "https://api.github.com/installation/repositories?per_page=1", "GET", "repositories"),
            ("GET", "https://api.github.com/zen", "GET", "zen"),
            ("GET", "https://api.github.com/rate_limit?x=/installation/repositories", "other", "other"),
            ("DELETE", "https://api.github.com/app/installations/7/access_tokens", "other", "other"),
        ])
    func classes(method: String, url: String, toldMethod: String, resource: String) async throws {
        _ = try await observed(201).send(OutgoingRequest(method, url))
        #expect(
            counted() == [
                "kelos_github_api_requests_total{method=\"\(toldMethod)\",status_code=\"201\",resource=\"\(resource)\"} 1"
            ])
        #expect(
            worker.told(
                "kelos_github_api_request_duration_seconds_sum{method=\"\(toldMethod)\",resource=\"\(resource)\"}"
            )
            .last?.hasSuffix(" 0.25") == true)
    }

    @Test("counts failures as errors, and hands them on")
    func failures() async {
        let request = OutgoingRequest("POST", "https://a/app/installations/7/access_tokens")
        await #expect(throws: TransportError(.timedOut, "late")) { try await observed(nil).send(request) }
        await #expect(throws: TransportError(.timedOut, "late")) { try await observed(nil).stream(request) }
        #expect(counted().first?.contains(#"status_code="error""#) == true)
        #expect(counted().first?.hasSuffix(" 2") == true)
    }

    @Test("counts a stream when its head has come")
    func streams() async throws {
        _ = try await observed(200).stream(OutgoingRequest("GET", "https://a/x"))
        #expect(counted().count == 1)
    }
}
