/// Closed by a failure that trying again does not mend. It opens when what caused it has changed, and for one try every
/// `RetryRule.permanent`, because some causes are changed where nobody here can see it.
package struct PermanentLatch: Equatable, Sendable {
    /// The source Secret's when it failed; nil if there was none.
    package let sourceVersion: String?
    package let configuration: RefreshConfiguration
    package private(set) var opensAt: Timestamp

    package init(sourceVersion: String?, configuration: RefreshConfiguration, closedAt now: Timestamp) {
        self.sourceVersion = sourceVersion
        self.configuration = configuration
        self.opensAt = now + RetryRule.permanent
    }

    /// The clock was set.
    mutating func move(by span: Duration) { opensAt = opensAt + span }

    package func isClosed(
        sourceVersion: String?, configuration: RefreshConfiguration, at now: Timestamp
    ) -> Bool {
        now < opensAt && sourceVersion == self.sourceVersion && configuration == self.configuration
    }
}
