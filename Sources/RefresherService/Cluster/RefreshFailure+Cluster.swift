internal import Kubernetes
internal import TokenRefresh

extension RefreshFailure {
    /// The Kubernetes API did not give or take something that it may well next time.
    static func cluster(_ error: KubernetesError) -> RefreshFailure {
        RefreshFailure(.clusterUnavailable, error.message, after: error.retryAfter)
    }

    static func missingSource(_ name: String) -> RefreshFailure {
        // Anything may be written there; what is no name is not repeated, because it may be a credential.
        guard KubernetesName.isSubdomain(name) else {
            return RefreshFailure(
                .invalidSource, "annotation \(RefreshAnnotation.appSecret) does not hold the name of a Secret")
        }
        return RefreshFailure(
            .invalidSource, "there is no Secret \(name), which annotation \(RefreshAnnotation.appSecret) names")
    }
}
