import GitHubApps
import HTTPTransport
import Kubernetes
import ServerTestSupport
import Testing
import TokenRefresh

@testable import RefresherService

@Suite("What is told of the worker")
struct RefreshReportTests {
    private let worker = ReportedWorker()

    private func tell(_ notices: RefresherNotice...) {
        for notice in notices { worker.report.observe(notice) }
    }

    private static func failed(
        _ cause: RefreshFailure.Cause, _ message: String = "no luck", isLatched: Bool = false
    ) -> RefresherNotice {
        .failed(.token, RefreshFailure(cause, message), isLatched: isLatched, retryAfter: .seconds(30))
    }

    @Test("a refresh is one line with Secret and expiry, and moves every number about it")
    func refreshed() {
        tell(.managing(.token, expiry: nil))
        #expect(worker.states == ["1", "0", "0", "0", "0"])
        #expect(
            worker.told("kelos_token_expiration_timestamp_seconds")
                == [#"kelos_token_expiration_timestamp_seconds{namespace="team-a",secret="one-github-token"} 0"#])
        tell(.refreshed(.token, expiry: .expiry, lifeLeft: .seconds(272)))
        #expect(
            worker.log.all.last
                == "info: Refreshed a token expiresAt=2026-01-02T15:04:05Z lifeLeft=4m32s namespace=team-a "
                + "secret=one-github-token")
        #expect(worker.states == ["0", "1", "0", "0", "0"])
        #expect(
            worker.told("kelos_token_expiration_timestamp_seconds")
                == [
                    #"kelos_token_expiration_timestamp_seconds{namespace="team-a",secret="one-github-token"} 1767366245"#
                ])
        #expect(worker.told(#"kelos_token_refresh_total{result="success"}"#).last?.hasSuffix(" 1") == true)
        #expect(worker.told(#"kelos_token_refresh_life_left_seconds_bucket{le="240"}"#).last?.hasSuffix(" 0") == true)
        #expect(worker.told(#"kelos_token_refresh_life_left_seconds_bucket{le="300"}"#).last?.hasSuffix(" 1") == true)
    }

    @Test("a token that was replaced too late counts with no life left")
    func late() {
        tell(.managing(.token, expiry: .expiry), .refreshed(.token, expiry: .expiry, lifeLeft: .seconds(-70)))
        #expect(worker.told(#"kelos_token_refresh_life_left_seconds_bucket{le="1"}"#).last?.hasSuffix(" 1") == true)
        #expect(
            worker.told("kelos_token_refresh_life_left_seconds_sum") == ["kelos_token_refresh_life_left_seconds_sum 0"])
        #expect(worker.log.all.last?.contains("lifeLeft=0s") == true)
    }

    @Test("a token that nobody uses is left to expire, and its expiry is no news until it is used again")
    func idle() {
        tell(.managing(.token, expiry: .expiry), .idle(.token), .idle(.token))
        #expect(worker.states == ["0", "0", "0", "0", "1"])
        #expect(worker.told("kelos_token_expiration_timestamp_seconds") == [])
        let expiring = [
            #"kelos_token_expiration_timestamp_seconds{namespace="team-a",secret="one-github-token"} 1767366245"#
        ]
        tell(Self.failed(.serverError))
        #expect(worker.states == ["0", "0", "1", "0", "0"])
        #expect(worker.told("kelos_token_expiration_timestamp_seconds") == expiring)
        tell(.idle(.token), .refreshed(.token, expiry: .expiry, lifeLeft: .seconds(-70)))
        #expect(worker.states == ["0", "1", "0", "0", "0"])
        #expect(worker.told("kelos_token_expiration_timestamp_seconds") == expiring)
    }

    @Test("a first token has no life left to speak of")
    func first() {
        tell(.managing(.token, expiry: nil), .refreshed(.token, expiry: .expiry, lifeLeft: nil))
        #expect(
            worker.told("kelos_token_refresh_life_left_seconds_count")
                == ["kelos_token_refresh_life_left_seconds_count 0"])
        #expect(worker.log.all.last?.contains("lifeLeft") == false)
    }

    @Test("a failure is an error once; the same again is for debugging until ten minutes have passed")
    func failures() {
        tell(.managing(.token, expiry: .expiry), Self.failed(.serverError))
        #expect(
            worker.log.all.last
                == "error: Failed to refresh a token cause=server_error class=transient error=no luck "
                + "namespace=team-a retryAfter=30s secret=one-github-token")
        #expect(worker.states == ["0", "0", "1", "0", "0"])
        for _ in 0..<5 { tell(Self.failed(.serverError)) }
        #expect(worker.log.count("error:") == 1)
        tell(Self.failed(.unreachable))
        #expect(worker.log.count("error:") == 2)
        worker.pass(seconds: 600)
        tell(Self.failed(.unreachable))
        #expect(worker.log.count("error:") == 3)
        #expect(worker.log.count("debug: Failed to refresh a token") == 5)
        #expect(worker.told(#"kelos_token_refresh_total{result="transient"}"#).last?.hasSuffix(" 8") == true)
        #expect(
            worker.told(#"kelos_token_refresh_failures_total{class="transient",cause="unreachable"}"#).last?
                .hasSuffix(" 2") == true)
        #expect(worker.told("workqueue_retries_total").last?.hasSuffix(" 8") == true)
    }

    @Test("a failure after a success is news again")
    func newsAgain() {
        tell(
            .managing(.token, expiry: .expiry), Self.failed(.serverError),
            .refreshed(.token, expiry: .expiry, lifeLeft: nil), Self.failed(.serverError))
        #expect(worker.log.count("error:") == 2)
        #expect(worker.states == ["0", "0", "1", "0", "0"])
    }

    @Test("a failure that somebody has to mend blocks its Secret, and a new expiry frees it")
    func blocked() {
        tell(.managing(.token, expiry: .expiry), Self.failed(.appUnauthorized, isLatched: true))
        #expect(worker.states == ["0", "0", "0", "1", "0"])
        tell(.managing(.token, expiry: .expiry), .managing(.token, expiry: nil))
        #expect(worker.states == ["0", "0", "0", "1", "0"])
        tell(.managing(.token, expiry: .expiry + .seconds(3600)))
        #expect(worker.states == ["0", "1", "0", "0", "0"])
    }

    @Test("a release takes the Secret's series away")
    func released() {
        tell(.managing(.token, expiry: .expiry), .released(.token, reason: .ownerOver))
        #expect(worker.states == ["0", "0", "0", "0", "0"])
        #expect(worker.told("kelos_token_expiration_timestamp_seconds") == [])
        #expect(worker.told(#"kelos_token_releases_total{reason="owner_over"}"#).last?.hasSuffix(" 1") == true)
        #expect(
            worker.log.all.last == "info: Released a Secret namespace=team-a reason=owner_over secret=one-github-token")
        tell(Self.failed(.serverError))
        #expect(worker.states == ["0", "0", "0", "0", "0"])
    }

    @Test("who loses the lead has nothing that fails any more")
    func leading() {
        tell(.leading(true), .managing(.token, expiry: .expiry), Self.failed(.serverError), .leading(false))
        #expect(worker.states == ["0", "1", "0", "0", "0"])
        #expect(worker.told("leader_election_master_status") == [#"leader_election_master_status{name="lease"} 0"#])
        #expect(worker.log.count("info: Leading") == 1)
        #expect(worker.log.count("info: Not leading any more") == 1)
        tell(.leading(true))
        #expect(worker.told("leader_election_master_status") == [#"leader_election_master_status{name="lease"} 1"#])
    }

    @Test("work that failed in between is a reconciliation with an error")
    func reconciliations() {
        tell(.managing(.token, expiry: .expiry), .queued(depth: 2), .started(.token, waited: .milliseconds(5)))
        #expect(worker.told("workqueue_depth").last?.hasSuffix(" 2") == true)
        worker.pass(seconds: 3)
        #expect(worker.told("workqueue_longest_running_processor_seconds").last?.hasSuffix(" 3") == true)
        tell(Self.failed(.appUnauthorized, isLatched: true), .finished(.token, took: .seconds(3)))
        tell(.started(.token, waited: .zero), .finished(.token, took: .seconds(1)))
        tell(.started(.token, waited: .zero), Self.failed(.serverError), .finished(.token, took: .seconds(1)))
        let counted = worker.told("controller_runtime_").filter { !$0.contains("bucket") && !$0.hasSuffix(" 0") }
        #expect(
            counted == [
                #"controller_runtime_max_concurrent_reconciles{controller="github-token"} 50"#,
                #"controller_runtime_reconcile_errors_total{controller="github-token"} 2"#,
                #"controller_runtime_reconcile_time_seconds_sum{controller="github-token"} 5"#,
                #"controller_runtime_reconcile_time_seconds_count{controller="github-token"} 3"#,
                #"controller_runtime_reconcile_total{controller="github-token",result="success"} 1"#,
                #"controller_runtime_reconcile_total{controller="github-token",result="error"} 2"#,
                #"controller_runtime_terminal_reconcile_errors_total{controller="github-token"} 1"#,
            ])
    }

    @Test("everything else has its line or its number")
    func others() {
        let answer = IncomingResponse(status: 201, fields: [("x-ratelimit-remaining", "4711")])
        tell(
            .synced(secrets: 3), .adopted(.token, source: "github-app"), .conflicted(.token), .wouldRefresh(.token),
            .wouldAdopt(.token, source: "github-app"),
            .quota(host: "api.github.com", RateLimit(answer, at: .expiry)),
            .minted(host: "api.github.com", requests: 2, took: .milliseconds(1500)))
        #expect(
            worker.log.all == [
                "info: Listed the Secrets managed=3",
                "info: Adopted a Secret appSecret=github-app namespace=team-a secret=one-github-token",
                "debug: Somebody else changed the Secret first namespace=team-a secret=one-github-token",
                "info: Would refresh a token namespace=team-a secret=one-github-token",
                "info: Would adopt a Secret appSecret=github-app namespace=team-a secret=one-github-token",
                "debug: Asked GitHub for a token host=api.github.com requests=2 took=1.5s",
            ])
        #expect(worker.told("kelos_token_adoptions_total") == ["kelos_token_adoptions_total 1"])
        #expect(worker.told("kelos_token_refresh_conflicts_total") == ["kelos_token_refresh_conflicts_total 1"])
        #expect(
            worker.told("kelos_github_api_rate_limit_remaining")
                == [#"kelos_github_api_rate_limit_remaining{host="api.github.com"} 4711"#])
    }

    @Test("pods without the token's file are a number, and a warning each")
    func missedPods() {
        #expect(worker.told("kelos_token_missed_pods") == ["kelos_token_missed_pods 0"])
        let key = ObjectKey(namespace: "team-a", name: "fix-1")
        tell(.missedPod(key, secret: "fix-token", containers: "clone,kelos-agent"), .missed(pods: 1))
        #expect(
            worker.log.all.last
                == "warning: A pod runs without the token's file containers=clone,kelos-agent namespace=team-a pod=fix-1 "
                + "secret=fix-token")
        #expect(worker.told("kelos_token_missed_pods") == ["kelos_token_missed_pods 1"])
        tell(.missed(pods: 0))
        #expect(worker.told("kelos_token_missed_pods") == ["kelos_token_missed_pods 0"])
    }

    @Test("a list of pods that fails is counted, is told now and again, and leaves the number of missed ones")
    func podListFailures() {
        tell(.missed(pods: 3), .podListFailed(KubernetesError(.forbidden, "GET pods: forbidden")))
        #expect(
            worker.log.all.last
                == "error: Failed to list the pods, so those without the token's file are not known error=GET pods: "
                + "forbidden remedy=let the refresher's ClusterRole list pods, as the manifests of this version do")
        for _ in 0..<9 { tell(.podListFailed(KubernetesError(.server, "GET pods: 500"))) }
        #expect(worker.log.count("error:") == 2)
        #expect(worker.log.all.last?.contains("remedy") == false)
        #expect(
            worker.told("kelos_token_pod_list_failures_total") == ["kelos_token_pod_list_failures_total 10"])
        #expect(worker.told("kelos_token_missed_pods") == ["kelos_token_missed_pods 3"])
        worker.pass(seconds: 600)
        tell(.podListFailed(KubernetesError(.server, "GET pods: 500")))
        #expect(worker.log.count("error:") == 3)
    }
}
