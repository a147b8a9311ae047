/// Decides, from what is seen of a webhook's certificates, what to do next, so that no call of the webhook ever fails for a
/// certificate that is being replaced.
///
/// All that must survive is in the cluster; what is remembered here is only since when something has been seen so. A new
/// leader therefore waits once more where the old one may have been done waiting, and never too little.
///
/// A leaf is served only under an authority that has been in every bundle for the settle time, because API servers learn of
/// a configuration after a delay. An authority leaves the bundles only when every replica has served the present leaf for
/// that long, because kubelets bring a Secret to pods after another.
package struct Rotation: Sendable {
    private let policy: RotationPolicy
    /// Since when every bundle has held a certificate.
    private var trustedSince: [String: Duration] = [:]
    /// Since when every replica has served that leaf.
    private var served: (leaf: String, since: Duration)?

    package init(_ policy: RotationPolicy) {
        self.policy = policy
    }

    package mutating func next(_ seen: RotationObservation) -> RotationStep {
        remember(seen)
        guard !seen.bundles.isEmpty, !seen.names.isEmpty else { return .wait(policy.restingPause, .webhooks) }
        let next = seen.authorities.next.flatMap { $0.isUsable(at: seen.now) ? $0 : nil }
        guard let current = seen.authorities.current, current.isUsable(at: seen.now) else {
            // Nothing that the current one signed is good either, so there is nothing to wait for.
            if next != nil { return .act(.promoteAuthority) }
            return .act(.replaceAuthority(validity: policy.authorityValidity(from: seen.now)))
        }
        let defect = defect(seen, current)
        let isHandedOver = isHandedOver(seen, defect)
        if let bundles = bundles(seen, [current] + [next].compactMap(\.self), isHandedOver) {
            return .act(.writeBundles(bundles))
        }
        if let next, isKnown(next, at: seen.time) { return .act(.promoteAuthority) }
        if let defect, isKnown(current, at: seen.time) || isBootstrap(seen) {
            let validity = policy.leafValidity(from: seen.now, until: current.validity.upperBound)
            return .act(.issueLeaf(validity: validity, because: defect))
        }
        if next == nil, isDue(current, at: seen.now) {
            return .act(.prepareAuthority(validity: policy.authorityValidity(from: seen.now)))
        }
        let past = seen.authorities.previous.filter { isHandedOver || isUseless($0, seen) }
        if !past.isEmpty { return .act(.forgetAuthorities(Set(past.map(\.fingerprint)))) }
        return pause(seen, current, next: next, defect)
    }

    // MARK: What was seen

    private mutating func remember(_ seen: RotationObservation) {
        var everywhere = Set(seen.bundles.first?.map(\.fingerprint) ?? [])
        for bundle in seen.bundles.dropFirst() { everywhere.formIntersection(bundle.map(\.fingerprint)) }
        trustedSince = Dictionary(
            uniqueKeysWithValues: everywhere.map { ($0, trustedSince[$0] ?? seen.time) })
        guard let leaf = seen.leaf?.certificate.fingerprint, seen.replicas.allSatisfy({ $0.serves(leaf) }) else {
            served = nil
            return
        }
        if served?.leaf != leaf { served = (leaf, seen.time) }
    }

    /// Every API server has learned of the certificate.
    private func isKnown(_ certificate: CertificateFacts, at time: Duration) -> Bool {
        guard let since = trustedSince[certificate.fingerprint] else { return false }
        return time - since >= policy.settleTime
    }

    /// Every replica has served a good leaf for long enough: no other certificate is needed any more.
    private func isHandedOver(_ seen: RotationObservation, _ defect: LeafDefect?) -> Bool {
        guard defect == nil || defect == .due, let served else { return false }
        return seen.time - served.since >= policy.settleTime
    }

    /// There is no leaf that anybody could be serving, so none can be served too early.
    private func isBootstrap(_ seen: RotationObservation) -> Bool {
        guard seen.leaf.map({ $0.certificate.hasExpired(at: seen.now) }) ?? true else { return false }
        return seen.replicas.allSatisfy { !$0.mayBeTrusted }
    }

    // MARK: The authorities

    private func isDue(_ authority: CertificateFacts, at now: Int64) -> Bool {
        // The second holds for one that was made when leaves were to live shorter.
        now >= authority.renewal || authority.validity.upperBound - now < policy.leafLifetime.components.seconds
    }

    /// Past its end, with nobody seen to serve what it may have signed. A replica that cannot be asked does not keep it: what
    /// it signed has ended too.
    private func isUseless(_ authority: CertificateFacts, _ seen: RotationObservation) -> Bool {
        guard authority.validity.upperBound + RotationPolicy.clockTolerance < seen.now else { return false }
        return !seen.replicas.contains { $0.servesOther(than: seen.leaf?.certificate.fingerprint) }
    }

    /// - Returns: nil if every bundle holds what it should.
    private func bundles(
        _ seen: RotationObservation, _ own: [CertificateFacts], _ isHandedOver: Bool
    ) -> [[String]?]? {
        var needed = own + seen.authorities.previous.filter { !isUseless($0, seen) }
        if let leaf = seen.leaf, let signer = leaf.ownAuthority, !signer.hasExpired(at: seen.now), !isHandedOver {
            needed.append(signer)
        }
        let isRight = seen.bundles.map { bundle in
            let wanted = Self.distinct(needed + bundle.filter { !isHandedOver && !isUseless($0, seen) })
            return Set(wanted) == Set(bundle.map(\.fingerprint)) ? nil : wanted
        }
        return isRight.allSatisfy { $0 == nil } ? nil : isRight
    }

    private static func distinct(_ certificates: [CertificateFacts]) -> [String] {
        certificates.reduce(into: []) { if !$0.contains($1.fingerprint) { $0.append($1.fingerprint) } }
    }

    // MARK: The leaf

    private func defect(_ seen: RotationObservation, _ current: CertificateFacts) -> LeafDefect? {
        guard let leaf = seen.leaf else { return .missing }
        if leaf.certificate.hasExpired(at: seen.now) { return .expired }
        if leaf.signer != current.fingerprint { return .otherAuthority }
        if !leaf.names.isSuperset(of: seen.names) { return .names }
        if leaf.certificate.isFromFuture(at: seen.now) { return .notYetValid }
        guard seen.now >= leaf.certificate.renewal else { return nil }
        // One that ends with its authority gains nothing from being made again.
        let renewed = policy.leafValidity(from: seen.now, until: current.validity.upperBound)
        return renewed.upperBound > leaf.certificate.validity.upperBound ? .due : nil
    }

    // MARK: Waiting

    private func pause(
        _ seen: RotationObservation, _ current: CertificateFacts, next: CertificateFacts?, _ defect: LeafDefect?
    ) -> RotationStep {
        if next != nil || defect != nil { return .wait(policy.busyPause, .apiServers) }
        let own = Set([current.fingerprint])
        if !seen.authorities.previous.isEmpty || !seen.bundles.allSatisfy({ own.isSuperset(of: $0.map(\.fingerprint)) })
        {
            return .wait(policy.busyPause, .replicas)
        }
        var upcoming = current.renewal
        if let leaf = seen.leaf { upcoming = min(upcoming, leaf.certificate.renewal) }
        let left = Duration.seconds(max(0, upcoming - seen.now))
        return .wait(max(policy.busyPause, min(policy.restingPause, left)), .renewal)
    }
}

extension ReplicaView {
    func serves(_ leaf: String) -> Bool {
        if case .serves(leaf, _) = self { true } else { false }
    }

    func servesOther(than leaf: String?) -> Bool {
        if case .serves(let shown, _) = self { shown != leaf } else { false }
    }

    /// For all that is known, calls of it succeed.
    var mayBeTrusted: Bool {
        switch self {
        case .serves(_, let isTrusted): isTrusted
        case .silent: false
        case .unknown: true
        }
    }
}
