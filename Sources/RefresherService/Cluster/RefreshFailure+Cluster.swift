internal import Kubernetes
internal import TokenRefresh

extension RefreshFailure {
    /// The Kubernetes API did not give or take something that it may well next time.
    static func cluster(_ error: KubernetesError) -> RefreshFailure {
        RefreshFailure(.clusterUnavailable, error.message, after: error.retryAfter)
    }

    static func missingSource(_ name: String) -> RefreshFailure {
        RefreshFailure(
            .invalidSource, "there is no Secret \(name), which annotation \(RefreshAnnotation.appSecret) names")
    }
}
