/// What was seen of a webhook's certificates in one look around.
///
/// The order of reading matters where another leader may be at work: the configuration first, then what the replicas serve,
/// the leaf's Secret, and the authorities' Secret last. A bundle or a leaf is then never newer than the authorities that
/// are known here, and one that has become older is refused when it is written, by its resourceVersion.
package struct RotationObservation: Hashable, Sendable {
    /// On a clock that never goes back, when all had been read.
    package var time: Duration
    /// Seconds since 1970 by the wall clock.
    package var now: Int64
    /// Under which the webhooks are called.
    package var names: Set<String>
    /// The certificates in `caBundle`, for each webhook of the configuration in its order.
    package var bundles: [[CertificateFacts]]
    package var replicas: [ReplicaView]
    /// Nil when there is no Secret, or no certificate in it that goes with its key.
    package var leaf: StoredLeaf?
    package var authorities: StoredAuthorities

    package init(
        time: Duration, now: Int64, names: Set<String>, bundles: [[CertificateFacts]], replicas: [ReplicaView],
        leaf: StoredLeaf?, authorities: StoredAuthorities
    ) {
        self.time = time
        self.now = now
        self.names = names
        self.bundles = bundles
        self.replicas = replicas
        self.leaf = leaf
        self.authorities = authorities
    }
}

/// What one replica of a webhook shows to who connects.
package enum ReplicaView: Hashable, Sendable {
    /// - Parameter isTrusted: whether the bundle that the API server goes by leads to it now.
    case serves(fingerprint: String, isTrusted: Bool)
    /// Nobody listens there. It is starting or gone.
    case silent
    /// It did not answer, or nobody could say where it is.
    case unknown
}

/// The Secret that the webhook's pods mount.
package struct StoredLeaf: Hashable, Sendable {
    package var certificate: CertificateFacts
    /// Those of the wanted names that it is for.
    package var names: Set<String>
    /// The fingerprint of the one among the stored authorities that signed it.
    package var signer: String?
    /// The authority beside it in its own Secret, if that one signed it.
    package var ownAuthority: CertificateFacts?

    package init(
        certificate: CertificateFacts, names: Set<String>, signer: String?, ownAuthority: CertificateFacts? = nil
    ) {
        self.certificate = certificate
        self.names = names
        self.signer = signer
        self.ownAuthority = ownAuthority
    }
}

/// The Secret of the authorities.
package struct StoredAuthorities: Hashable, Sendable {
    /// Signs leaves. Nil if there is none whose certificate and key are whole.
    package var current: CertificateFacts?
    /// Will sign leaves when all API servers know it.
    package var next: CertificateFacts?
    /// Signed leaves that may still be served. Their keys are gone.
    package var previous: [CertificateFacts]

    package init(current: CertificateFacts? = nil, next: CertificateFacts? = nil, previous: [CertificateFacts] = []) {
        self.current = current
        self.next = next
        self.previous = previous
    }
}

extension RotationObservation {
    /// How many replicas do not serve the stored leaf, or cannot be asked.
    package var staleReplicas: Int {
        replicas.count { view in leaf.map { !view.serves($0.certificate.fingerprint) } ?? true }
    }
}
