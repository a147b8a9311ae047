package import CertificateRotation
internal import Kubernetes

/// Learns what becomes of the webhook's certificates, for metrics and logs.
package protocol CertificateObserver: Sendable {
    /// Called as it happens, from any thread. Must return at once.
    func observe(_ notice: CertificateNotice)
}

/// Something that happened. No notice carries a key.
package enum CertificateNotice: Sendable {
    case seen(RotationObservation)
    case waiting(RotationWait)
    case acted(RotationAction)
    /// In a dry run.
    case wouldAct(RotationAction)
    /// Somebody else wrote first; it is looked at again.
    case overtaken(RotationAction)
    /// Where the replicas are, or what one of them serves, cannot be found out. `place` is a Service or an address.
    case unseen(place: String, reason: String)
    case failed(CertificateProblem)
    /// This replica cares for them no longer.
    case stopped
}

/// Why a look or a step came to nothing: one sentence without a final full stop, without a word of a Secret.
package struct CertificateProblem: Error, CustomStringConvertible {
    package let description: String
    package let retryAfter: Duration?

    init(_ description: String) {
        self.description = description
        retryAfter = nil
    }

    init(_ error: KubernetesError) {
        description = error.message
        retryAfter = error.retryAfter
    }
}
