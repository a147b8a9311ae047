/// Learns what the clients do, for metrics and logs.
package protocol KubernetesObserver: Sendable {
    /// One exchange with the API server is over; a watch counts when its head has come.
    ///
    /// The labels of client-go's `rest_client_requests_total`.
    /// - Parameter code: the HTTP status, or `<error>` when there was none.
    func requestFinished(code: String, method: String, host: String)

    /// A watch ended and is taken up again, or its objects are listed anew.
    func watchRestarted(_ resource: Resource, _ reason: WatchRestart)

    /// A list or watch failed; it is tried again after `delay`.
    func watchFailed(_ resource: Resource, _ error: KubernetesError, retryingAfter delay: Duration)

    /// The lease could not be read or written. It is tried again; leadership ends by itself when that takes too long.
    func electionFailed(_ error: KubernetesError)

    /// An Event could not be written. It is lost: Events inform, nothing waits for them.
    func eventFailed(_ error: KubernetesError)
}

extension KubernetesObserver {
    package func watchRestarted(_ resource: Resource, _ reason: WatchRestart) {}
    package func watchFailed(_ resource: Resource, _ error: KubernetesError, retryingAfter delay: Duration) {}
    package func electionFailed(_ error: KubernetesError) {}
    package func eventFailed(_ error: KubernetesError) {}
}

/// Why a watch is begun again: a closed set of words for metrics.
package enum WatchRestart: String, Sendable, Equatable, CaseIterable {
    /// The server ended it in good order, as it does after `timeoutSeconds`.
    case ended
    /// It was silent for longer than the time between two bookmarks.
    case stalled
    /// Its resourceVersion is too old: everything is listed anew.
    case expired
    case failed
}
