package import Kubernetes
internal import Settings
package import TokenRefresh

/// What the worker is told from outside.
package struct RefresherConfiguration: Sendable {
    /// Taking part in an election by a Lease.
    package struct Election: Sendable {
        package var lease: ObjectKey
        /// Of this process and no other, by convention `hostname_uuid`.
        package var identity: String
        package var timing: ElectionTiming

        package init(lease: ObjectKey, identity: String, timing: ElectionTiming = .standard) {
            self.lease = lease
            self.identity = identity
            self.timing = timing
        }
    }

    /// Empty for all namespaces.
    package var namespaces: [String]
    /// A label selector for the Secrets. One that leaves out the Apps' own Secrets is allowed: a change of those is then
    /// noticed when a token is due, or after `RetryRule.permanent` where one is waited for.
    package var secretSelector: String?
    package var policy: RefreshPolicy
    package var endpoints: EndpointChoice
    /// Whether a new token is tried before it replaces a good one.
    package var verifiesTokens: Bool
    /// Reads and reports, mints nothing and writes nothing; so it takes part in no election either.
    package var isDryRun: Bool
    /// Nil leads always.
    package var election: Election?
    /// Names this program to the APIs: user agent and source of Events.
    package var component: String
    /// The pod's name, or the host's.
    package var instance: String

    package init(
        namespaces: [String] = [], secretSelector: String? = nil, policy: RefreshPolicy = RefreshPolicy(),
        endpoints: EndpointChoice, verifiesTokens: Bool = true, isDryRun: Bool = false, election: Election? = nil,
        component: String = "kelos-token-refresher", instance: String
    ) {
        self.namespaces = namespaces
        self.secretSelector = secretSelector
        self.policy = policy
        self.endpoints = endpoints
        self.verifiesTokens = verifiesTokens
        self.isDryRun = isDryRun
        self.election = election
        self.component = component
        self.instance = instance
    }

    /// For `user-agent`.
    var agent: String { "\(component)/\(BuildVersion.project)" }
}
