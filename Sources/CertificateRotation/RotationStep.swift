/// What is to be done next. After an action the caller looks around again: nothing that was seen before it counts.
package enum RotationStep: Hashable, Sendable {
    case act(RotationAction)
    case wait(Duration, RotationWait)
}

package enum RotationAction: Hashable, Sendable {
    /// A new authority in the place of the current one, whose certificate is kept among the previous ones as far as it can
    /// be read.
    case replaceAuthority(validity: ClosedRange<Int64>)
    /// A new authority beside the current one.
    case prepareAuthority(validity: ClosedRange<Int64>)
    /// The next authority becomes the current one, and the current one a previous one without its key.
    case promoteAuthority
    /// These previous authorities are needed no longer.
    case forgetAuthorities(Set<String>)
    /// What each bundle is to hold, by fingerprint, in that order; nil leaves it as it is.
    case writeBundles([[String]?])
    /// A leaf for the wanted names by the current authority.
    case issueLeaf(validity: ClosedRange<Int64>, because: LeafDefect)

    /// An action whatever it is about.
    package enum Kind: Hashable, Sendable {
        case replaceAuthority, prepareAuthority, promoteAuthority, forgetAuthorities, writeBundles, issueLeaf
    }

    package var kind: Kind {
        switch self {
        case .replaceAuthority: .replaceAuthority
        case .prepareAuthority: .prepareAuthority
        case .promoteAuthority: .promoteAuthority
        case .forgetAuthorities: .forgetAuthorities
        case .writeBundles: .writeBundles
        case .issueLeaf: .issueLeaf
        }
    }
}

/// Why the stored leaf is replaced.
package enum LeafDefect: String, Hashable, Sendable, CaseIterable {
    case missing
    /// By no authority of ours, or by one that is on its way out.
    case otherAuthority = "other-authority"
    case names
    case notYetValid = "not-yet-valid"
    case expired
    /// Two thirds of its life are over.
    case due
}

/// What is waited for.
package enum RotationWait: String, Hashable, Sendable, CaseIterable {
    /// No webhook of the configuration has an address.
    case webhooks
    /// That all API servers know the bundle.
    case apiServers = "api-servers"
    /// That all replicas serve the stored leaf.
    case replicas
    /// That something is due.
    case renewal
}
