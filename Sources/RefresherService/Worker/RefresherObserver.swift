package import GitHubApps
package import Kubernetes
package import TokenRefresh

/// Learns what the worker does, for metrics and logs.
package protocol RefresherObserver: Sendable {
    /// Called as it happens, from any thread. Must return at once.
    func observe(_ notice: RefresherNotice)
}

/// Something that happened. No notice carries a secret.
package enum RefresherNotice: Sendable, Equatable {
    /// Why a Secret is not cared for any more.
    package enum Release: String, Sendable, CaseIterable {
        case deleted
        /// The annotation that names the App's Secret is gone.
        case unannotated
        /// Nobody will use the token again.
        case ownerOver = "owner_over"
    }

    /// The first list of every namespace is complete.
    case synced(secrets: Int)
    /// A Secret is cared for, or its expiry became known or changed.
    case managing(ObjectKey, expiry: Timestamp?)
    case released(ObjectKey, reason: Release)
    /// Its time has come, and nobody uses the token just now: it is left to expire. Told at each look.
    case idle(ObjectKey)
    /// `source` is the name of the App's Secret.
    case adopted(ObjectKey, source: String)
    /// `lifeLeft` is that of the token that was replaced, below zero if it had expired; nil where none was known.
    case refreshed(ObjectKey, expiry: Timestamp, lifeLeft: Duration?)
    /// `retryAfter` is the wait until the next try.
    case failed(ObjectKey, RefreshFailure, isLatched: Bool, retryAfter: Duration)
    /// Somebody else wrote the Secret first.
    case conflicted(ObjectKey)
    /// In a dry run, once for each state of the Secret.
    case wouldRefresh(ObjectKey)
    /// In a dry run, once for each state of the Secret.
    case wouldAdopt(ObjectKey, source: String)
    /// All that run without the token's file, by the last look at them; zero where another replica looks.
    case missed(pods: Int)
    /// A pod runs without the token's file; told once. `containers` are names, separated by commas.
    case missedPod(ObjectKey, secret: String, containers: String)
    /// Pods could not be listed. Those that the last list showed still count.
    case podListFailed(KubernetesError)
    case leading(Bool)
    /// What GitHub says an App may still ask. `host` is that of the API.
    case quota(host: String, RateLimit)
    /// One call to mint is over, whatever came of it. `requests` counts what was sent, tries with a new token included.
    case minted(host: String, requests: Int, took: Duration)
    /// Secrets whose time has come and whose turn has not.
    case queued(depth: Int)
    /// `waited` is from the moment it was due.
    case started(ObjectKey, waited: Duration)
    case finished(ObjectKey, took: Duration)
}
