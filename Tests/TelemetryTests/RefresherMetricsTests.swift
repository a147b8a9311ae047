import Telemetry
import Testing

@Suite("The refresher's metrics")
struct RefresherMetricsTests {
    private static func metrics() -> RefresherMetrics {
        RefresherMetrics(
            .init(
                controller: "c", workers: 4,
                failures: [.init(kind: "transient", cause: "slow"), .init(kind: "permanent", cause: "wrong")],
                releases: ["deleted"], watchRestarts: ["ended"], apiServer: "api:1", lease: "l", version: "1",
                swiftVersion: "6"),
            now: { 10_000_000_000 }, readProcess: { nil })
    }

    private static func lines(_ metrics: RefresherMetrics) -> [Substring] {
        var output: [UInt8] = []
        metrics.registry.render(into: &output)
        return String(decoding: output, as: UTF8.self).split(separator: "\n")
    }

    @Test(
        "are all there before anything happened, but those that name a Secret or a host",
        arguments: [
            #"kelos_token_refresh_total{result="success"} 0"#, #"kelos_token_refresh_total{result="permanent"} 0"#,
            #"kelos_token_refresh_failures_total{class="transient",cause="slow"} 0"#,
            "kelos_token_refresh_conflicts_total 0", "kelos_token_refresh_life_left_seconds_count 0",
            #"kelos_token_secrets{state="fresh"} 0"#, #"kelos_token_secrets{state="blocked"} 0"#,
            "kelos_token_missed_pods 0", "kelos_token_pod_list_failures_total 0",
            "kelos_token_adoptions_total 0", #"kelos_token_releases_total{reason="deleted"} 0"#,
            #"kelos_github_api_requests_total{method="POST",status_code="201",resource="access_tokens"} 0"#,
            #"kelos_github_api_requests_total{method="GET",status_code="error",resource="repositories"} 0"#,
            #"kelos_github_api_request_duration_seconds_count{method="POST",resource="access_tokens"} 0"#,
            #"workqueue_depth{name="c",controller="c"} 0"#, #"workqueue_adds_total{name="c",controller="c"} 0"#,
            #"workqueue_unfinished_work_seconds{name="c",controller="c"} 0"#,
            #"controller_runtime_reconcile_total{controller="c",result="error"} 0"#,
            #"controller_runtime_max_concurrent_reconciles{controller="c"} 4"#,
            #"rest_client_requests_total{code="<error>",method="PATCH",host="api:1"} 0"#,
            #"leader_election_master_status{name="l"} 0"#, #"kelos_token_watch_restarts_total{reason="ended"} 0"#,
            "kelos_token_watch_failures_total 0", "kelos_token_event_failures_total 0",
            "kelos_token_election_failures_total 0", #"kelos_token_build_info{version="1",swift_version="6"} 1"#,
        ])
    func initialSeries(line: String) {
        #expect(Self.lines(Self.metrics()).contains(Substring(line)))
    }

    @Test("count a failure by its class and by its cause, and one outside the closed set nowhere")
    func failures() {
        let metrics = Self.metrics()
        metrics.refreshes.failed(.init(kind: "transient", cause: "slow"))
        metrics.refreshes.failed(.init(kind: "odd", cause: "odd"))
        let counted = Self.lines(metrics).filter { $0.hasPrefix("kelos_token_refresh_") && $0.hasSuffix(" 1") }
        #expect(
            counted == [
                #"kelos_token_refresh_failures_total{class="transient",cause="slow"} 1"#,
                #"kelos_token_refresh_total{result="transient"} 1"#,
            ])
    }

    @Test("count status codes outside the closed set as other, and no answer as error")
    func codes() {
        let metrics = Self.metrics()
        metrics.kubernetes.requestFinished(code: 418, method: "GET")
        metrics.kubernetes.requestFinished(code: nil, method: "DELETE")
        #expect(
            Self.lines(metrics).filter { $0.hasPrefix("rest_client") && $0.hasSuffix(" 1") } == [
                #"rest_client_requests_total{code="other",method="GET",host="api:1"} 1"#,
                #"rest_client_requests_total{code="<error>",method="other",host="api:1"} 1"#,
            ])
    }

    @Test("tell how long unfinished work has been going on")
    func unfinished() {
        let metrics = Self.metrics()
        metrics.queue.started(["a"], waitedNanoseconds: 1, at: 4_000_000_000)
        metrics.queue.started(["b"], waitedNanoseconds: 1, at: 9_500_000_000)
        // A clock read on another thread may be a little ahead.
        metrics.queue.started(["c"], waitedNanoseconds: 1, at: 11_000_000_000)
        let told = { (start: String) in Self.lines(metrics).first { $0.hasPrefix(start) }?.split(separator: " ").last }
        #expect(told("workqueue_unfinished_work_seconds{") == "6.5")
        #expect(told("workqueue_longest_running_processor_seconds{") == "6")
        #expect(told("controller_runtime_active_workers{") == "3")
        for item in ["a", "b", "c"] { metrics.queue.finished([item], .success, tookNanoseconds: 5) }
        #expect(told("workqueue_unfinished_work_seconds{") == "0")
        #expect(told("controller_runtime_active_workers{") == "0")
        #expect(told("workqueue_adds_total{") == "3")
        #expect(told("controller_runtime_reconcile_total{controller=\"c\",result=\"success\"}") == "3")
    }
}
