import HTTPTransport
import Kubernetes
import ServerTestSupport
import Telemetry
import Testing

@testable import RefresherService

@Suite("What is told of the Kubernetes client")
struct ClusterReportTests {
    private let worker = ReportedWorker()
    private let log = LogRecorder()
    private var report: ClusterReport { ClusterReport(metrics: worker.metrics.kubernetes, logger: log.logger) }

    /// An error as the client itself makes it.
    private static func refusal() async throws -> KubernetesError {
        struct Refusing: HTTPTransport {
            func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
                throw TransportError(.connectFailed, "Cannot connect to api")
            }
            func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
                throw TransportError(.connectFailed, "Cannot connect to api")
            }
        }
        struct Deaf: KubernetesObserver {
            func requestFinished(code: String, method: String, host: String) {}
        }
        let client = KubernetesClient(
            try ClusterAccess(server: "https://api"), transport: Refusing(), clock: SystemClock(), observer: Deaf(),
            fieldManager: "t", userAgent: "t/1", readFile: { _ in [] })
        do {
            _ = try await client.get(.secrets, .token)
        } catch {
            return error
        }
        throw CancellationError()
    }

    @Test("requests are counted by code and method")
    func requests() {
        report.requestFinished(code: "200", method: "GET", host: "api:443")
        report.requestFinished(code: "<error>", method: "PATCH", host: "api:443")
        #expect(
            worker.told("rest_client_requests_total").filter { !$0.hasSuffix(" 0") } == [
                #"rest_client_requests_total{code="200",method="GET",host="api:443"} 1"#,
                #"rest_client_requests_total{code="<error>",method="PATCH",host="api:443"} 1"#,
            ])
    }

    @Test("a watch that begins again is counted by reason, and told to those who debug")
    func restarts() {
        report.watchRestarted(.secrets, .expired)
        #expect(log.all == ["debug: Watching again reason=expired resource=secrets"])
        #expect(worker.told(#"kelos_token_watch_restarts_total{reason="expired"}"#).last?.hasSuffix(" 1") == true)
    }

    @Test("failures are counted all, and told now and again")
    func failures() async throws {
        let error = try await Self.refusal()
        let report = report
        for _ in 0..<50 { report.watchFailed(.secrets, error, retryingAfter: .milliseconds(1600)) }
        report.electionFailed(error)
        report.eventFailed(error)
        #expect(
            log.all.first
                == "error: Failed to list or watch error=\(error) resource=secrets retryAfter=1.6s")
        #expect(log.count("error: Failed to list or watch") < 10)
        #expect(log.count("error: Failed to read or write the Lease") == 1)
        #expect(log.count("info: Failed to write an Event") == 1)
        #expect(worker.told("kelos_token_watch_failures_total") == ["kelos_token_watch_failures_total 50"])
        #expect(worker.told("kelos_token_election_failures_total") == ["kelos_token_election_failures_total 1"])
        #expect(worker.told("kelos_token_event_failures_total") == ["kelos_token_event_failures_total 1"])
    }
}
