/// What is to be done next for a Secret. The state machine decides, its caller acts and tells what came of it.
package enum RefreshAction: Equatable, Sendable {
    /// Read the owner, the Workspace and the version of the source Secret, then call `looked`.
    case look
    /// Mint a token as soon as `MintLimit` allows, verify it, then call `minted`.
    case mint
    /// Patch the Secret's token, expiry and API URL, which change together or not at all, then call `written`.
    case write(MintedToken, resourceVersion: String)
    /// Read the Secret anew, then call `reread` or `rereadFailed`.
    case reread
    case event(RefreshEvent)
    /// Call `wake` after this span, which is a millisecond at least.
    case wait(Duration)
    /// The Secret needs no more care: forget it until it is seen again.
    case drop
}

/// What was found before minting.
package enum RefreshFindings: Equatable, Sendable {
    /// Ready to mint. `sourceVersion` is the source Secret's `resourceVersion`, nil if it does not exist.
    case use(TokenUse, sourceVersion: String?)
    case failed(RefreshFailure, sourceVersion: String?)
}

/// What came of a mint.
package enum MintOutcome: Equatable, Sendable {
    case minted(MintedToken)
    case failed(RefreshFailure)
}

/// What came of a patch.
package enum WriteOutcome: Equatable, Sendable {
    case written(resourceVersion: String)
    /// 409: somebody has written since.
    case conflict
    /// 404.
    case gone
    case failed(RefreshFailure)
}
