package import HTTPTransport
package import Kubernetes

/// Keeps the GitHub tokens in Secrets fresh: watches, mints, writes.
package final class TokenRefresher: Sendable {
    private let configuration: RefresherConfiguration

    /// - Parameters:
    ///   - kubernetes: its `fieldManager` signs the writes.
    ///   - gitHub: reaches every host that `configuration.endpoints` trusts.
    ///   - seed: of all randomness here: when watches end, retries come, and tokens become due.
    package init(
        _ configuration: RefresherConfiguration, kubernetes: KubernetesClient, gitHub: any HTTPTransport,
        clock: any ClientClock, observer: any RefresherObserver, seed: UInt64
    ) {
        self.configuration = configuration
    }

    /// True when the first list of every namespace was complete.
    package var isSynced: Bool { false }

    /// True while this process may write.
    package var isLeading: Bool { false }

    /// Works until the task is cancelled. Returns when all work has stopped and the Lease was given back.
    package func run() async {}

    /// Lists all Secrets, adopts, refreshes what is due, each at most once, and returns. Takes part in no election: every
    /// write carries the version it was decided on, so a worker that runs beside it is not overwritten.
    package func runOnce() async -> OnceOutcome { OnceOutcome() }
}
