import GitHubApps
import Kubernetes
import ServerTestSupport
import Synchronization
import Telemetry
import TokenRefresh

@testable import RefresherService

/// A report with its metrics, its log and a clock that stands still until it is moved.
final class ReportedWorker: Sendable {
    let metrics: RefresherMetrics
    let log = LogRecorder()
    let report: RefreshReport
    private let clock: Clock

    private final class Clock: Sendable {
        let nanoseconds = Atomic<UInt64>(1_000_000_000_000)
    }

    init() {
        let clock = Clock()
        let now: @Sendable () -> UInt64 = { clock.nanoseconds.load(ordering: .relaxed) }
        self.clock = clock
        metrics = RefresherMetrics(.refresher(apiServer: "api:443", lease: "lease"), now: now, readProcess: { nil })
        report = RefreshReport(metrics: metrics, logger: log.logger, now: now)
    }

    func pass(seconds: UInt64) {
        clock.nanoseconds.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed)
    }

    /// The lines of the exposition that begin so.
    func told(_ start: String) -> [String] {
        var output: [UInt8] = []
        metrics.registry.render(into: &output)
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix(start) }
    }

    /// `kelos_token_secrets`: pending, fresh, failing, blocked.
    var states: [String] {
        told("kelos_token_secrets{").map { String($0.split(separator: " ")[1]) }
    }
}

extension ObjectKey {
    static let token = ObjectKey(namespace: "team-a", name: "one-github-token")
}

extension Timestamp {
    /// 2026-01-02T15:04:05Z
    static let expiry = Timestamp(seconds: 1_767_366_245)
}
