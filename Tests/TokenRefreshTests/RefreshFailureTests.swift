import Testing
import TokenRefresh

@Suite struct RefreshFailureTests {
    @Test("Each cause has a label of its own and a class")
    func causes() {
        let labels = Set(RefreshFailure.Cause.allCases.map(\.rawValue))
        #expect(labels.count == RefreshFailure.Cause.allCases.count)
        #expect(labels.allSatisfy { $0.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F } })
        let classes = Dictionary(grouping: RefreshFailure.Cause.allCases, by: \.failureClass)
        #expect(classes[.rateLimit] == [.primaryLimit, .secondaryLimit])
        #expect(classes[.transient]?.contains(.workspaceUnreadable) == true)
        #expect(classes[.permanent]?.contains(.untrustedHost) == true)
    }

    @Test("Events have Kelos's reasons and texts")
    func events() {
        let refreshed = RefreshEvent.refreshed(expiry: noon)
        #expect(refreshed.reason.rawValue == "GitHubTokenRefreshed")
        #expect(refreshed.type == "Normal")
        #expect(refreshed.message == "Refreshed GitHub App installation token (expires at 2026-01-02T15:04:05Z)")
        let failed = RefreshEvent.failed(RefreshFailure(.serverError, "no"))
        #expect(failed.reason.rawValue == "GitHubTokenRefreshFailed")
        #expect(failed.type == "Warning")
        #expect(failed.message == "Failed to refresh GitHub App installation token: no")
        let long = RefreshEvent.failed(RefreshFailure(.serverError, String(repeating: "é", count: 9999)))
        #expect(long.message.utf8.count <= 1024)
    }

    @Test("A latch opens with the source Secret, with what the Secret asks for, and after five minutes")
    func latch() {
        let configuration = RefreshConfiguration(appSecret: "app")
        let latch = PermanentLatch(sourceVersion: "1", configuration: configuration, closedAt: noon)
        #expect(latch.isClosed(sourceVersion: "1", configuration: configuration, at: noon + .seconds(299)))
        #expect(!latch.isClosed(sourceVersion: "1", configuration: configuration, at: noon + .seconds(300)))
        #expect(!latch.isClosed(sourceVersion: "2", configuration: configuration, at: noon))
        #expect(!latch.isClosed(sourceVersion: nil, configuration: configuration, at: noon))
        let other = RefreshConfiguration(appSecret: "app", repositories: "a")
        #expect(!latch.isClosed(sourceVersion: "1", configuration: other, at: noon))
    }
}
