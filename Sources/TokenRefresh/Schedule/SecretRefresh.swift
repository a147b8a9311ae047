/// The life of one Secret's token, as a machine without clock, network or chance: it is told what happened and when, and
/// says what to do. One is kept for each managed Secret.
///
/// Times are by the wall clock, corrected to GitHub's where that is known: what matters is when GitHub lets a token expire.
package struct SecretRefresh: Sendable {
    private enum Phase: Equatable, Sendable {
        case waiting
        case looking
        case minting
        /// Has a token that is not in the Secret yet.
        case writing(MintedToken, tries: Int)
        case rereading(MintedToken, tries: Int)
        /// As `writing`, until the API server can be asked again.
        case holding(MintedToken)
    }

    /// client-go's `DefaultRetry` gives up after as many conflicts.
    private static let mostWrites = 5
    package static let contested = RefreshFailure(
        .clusterUnavailable, "the Secret is written by somebody else all the time")

    private let policy: RefreshPolicy
    /// As it was last seen.
    package private(set) var secret: ManagedSecret
    /// As it was when what is under way was decided on: the version that a write names, so that whatever has been written
    /// since is answered by 409 and read.
    private var decided: ManagedSecret
    private var phase: Phase = .waiting
    private var due: Timestamp
    /// Whether `due` follows from the expiry; else it was counted from some moment on.
    private var followsExpiry = false
    private var sourceVersion: String?
    private var latch: PermanentLatch?
    private var limitedBefore = 0
    private var gate = EventGate()

    /// - Parameter now: the Secret is due at once if it has no known expiry or its margin has begun.
    package init(
        _ secret: ManagedSecret, policy: RefreshPolicy, at now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) {
        self.secret = secret
        self.decided = secret
        self.policy = policy
        self.due = now
        if let expiry = secret.expiry { _ = waitForMargin(of: expiry, at: now, using: &generator) }
    }

    /// Whether it has a token that could not be stored yet.
    package var isHolding: Bool {
        if case .holding = phase { true } else { false }
    }

    /// Whether a permanent failure holds it.
    package var isLatched: Bool { latch != nil }

    /// Life left of the token in the Secret; nil without one. Below zero once it has expired.
    package func remaining(at now: Timestamp) -> Duration? { secret.expiry.map { $0 - now } }

    /// Its time has come, or it was just made.
    package mutating func wake(at now: Timestamp) -> [RefreshAction] {
        switch phase {
        case .waiting where due <= now:
            decided = secret
            phase = .looking
            return [.look]
        case .waiting: return [.wait(due - now)]
        case .holding(let token):
            guard due <= now else { return [.wait(due - now)] }
            return write(token, tries: 0, at: now)
        case .looking, .minting, .writing, .rereading: return []
        }
    }

    /// The clock that times are given by was wrong until now. What was counted from it moves along; an expiry does not,
    /// since GitHub wrote it, and neither does what follows from it.
    ///
    /// - Parameter span: below zero where the clock was ahead.
    package mutating func clockMoved(by span: Duration) {
        if !followsExpiry { due = due + span }
        latch?.move(by: span)
        gate.move(by: span)
    }

    /// The watch has shown the Secret. While something is under way it is noted only: the API server's 409 tells if it
    /// matters.
    package mutating func observed(
        _ seen: ManagedSecret, at now: Timestamp, using generator: inout some RandomNumberGenerator
    ) -> [RefreshAction] {
        guard seen.resourceVersion != secret.resourceVersion else { return [] }
        let before = secret
        secret = seen
        guard phase == .waiting else { return [] }
        let asksForOther = seen.configuration.asksForOther(than: before.configuration)
        if asksForOther { latch = nil }
        if seen.expiry != before.expiry {
            makeDue(at: now)
            if let expiry = seen.expiry { _ = waitForMargin(of: expiry, at: now, using: &generator) }
            if seen.expiry.map({ policy.isFresh(expiry: $0, at: now) }) == true { settle() }
        } else if asksForOther {
            makeDue(at: now)
        } else {
            return []
        }
        return latched(at: now) ?? wake(at: now)
    }

    /// The watch has shown the source Secret. A latch opens; a token from another key is replaced soon, so that a bad key
    /// is found while the token of the old one is still good.
    ///
    /// - Parameter version: its `resourceVersion`; nil if it is gone.
    package mutating func sourceChanged(
        to version: String?, at now: Timestamp, using generator: inout some RandomNumberGenerator
    ) -> [RefreshAction] {
        guard phase == .waiting else { return [] }
        if let latch {
            guard version != latch.sourceVersion else { return [] }
            self.latch = nil
            makeDue(at: now)
            return wake(at: now)
        }
        guard let known = sourceVersion else {
            // What it is now is what the next change is told by.
            sourceVersion = version
            return []
        }
        guard version != known, version != nil else { return [] }
        let spread = Int64.random(in: 0...policy.jitter.wholeMilliseconds, using: &generator)
        let soon = now + .milliseconds(spread)
        if soon < due { makeDue(at: soon) }
        return wake(at: now)
    }

    /// The answer to `.look`.
    package mutating func looked(_ found: RefreshFindings, at now: Timestamp) -> [RefreshAction] {
        guard phase == .looking else { return [] }
        phase = .waiting
        switch found {
        case .use(.over, _): return [.drop]
        case .use(.idle, _): return wait(TokenUse.lookAgain, at: now)
        case .failed(let failure, let version):
            sourceVersion = version
            return failed(failure, at: now)
        case .use(.needed, let version):
            sourceVersion = version
            if let held = latched(at: now) { return held }
            phase = .minting
            return [.mint]
        }
    }

    /// The answer to `.mint`.
    package mutating func minted(_ outcome: MintOutcome, at now: Timestamp) -> [RefreshAction] {
        guard phase == .minting else { return [] }
        switch outcome {
        case .minted(let token): return write(token, tries: 0, at: now)
        case .failed(let failure):
            phase = .waiting
            return failed(failure, at: now)
        }
    }

    /// The answer to `.write`.
    package mutating func written(
        _ outcome: WriteOutcome, at now: Timestamp, using generator: inout some RandomNumberGenerator
    ) -> [RefreshAction] {
        guard case .writing(let token, let tries) = phase else { return [] }
        switch outcome {
        case .written(let version):
            let isOutdated = isOutdated
            secret.resourceVersion = version
            secret.expiry = token.expiry
            if !isOutdated { secret.configuration.apiURL = token.apiURL }
            phase = .waiting
            settle()
            let told = [RefreshAction.event(.refreshed(expiry: token.expiry))]
            if isOutdated { return told + wait(.zero, at: now) }
            return told + waitForMargin(of: token.expiry, mintedAt: now, at: now, using: &generator)
        case .conflict:
            phase = .rereading(token, tries: tries)
            return [.reread]
        case .gone: return [.drop]
        case .failed(let failure):
            // A token that could not be stored is still good, so the next try is a patch and not another mint.
            phase = failure.failureClass == .permanent ? .waiting : .holding(token)
            return failed(failure, at: now)
        }
    }

    /// The answer to `.reread`.
    ///
    /// - Parameter seen: nil if the Secret is gone or not managed any more.
    package mutating func reread(
        _ seen: ManagedSecret?, at now: Timestamp, using generator: inout some RandomNumberGenerator
    ) -> [RefreshAction] {
        guard case .rereading(let token, let tries) = phase else { return [] }
        guard let seen else { return [.drop] }
        let asksForOther = seen.configuration.asksForOther(than: decided.configuration)
        // The token that was to be replaced may be good for minutes yet; that it is still there is no refresh.
        let isReplaced = seen.expiry != decided.expiry
        secret = seen
        decided = seen
        phase = .waiting
        if asksForOther {
            // The token in hand is for what the Secret asked before.
            makeDue(at: now)
            return wake(at: now)
        }
        if let expiry = seen.expiry,
            expiry >= token.expiry || (isReplaced && policy.isFresh(expiry: expiry, at: now))
        {
            settle()
            return waitForMargin(of: expiry, at: now, using: &generator)
        }
        guard tries + 1 < Self.mostWrites else {
            phase = .holding(token)
            return failed(Self.contested, at: now)
        }
        return write(token, tries: tries + 1, at: now)
    }

    /// The Secret could not be read anew. As after a patch that failed, the token is still good.
    package mutating func rereadFailed(_ failure: RefreshFailure, at now: Timestamp) -> [RefreshAction] {
        guard case .rereading(let token, _) = phase else { return [] }
        phase = .holding(token)
        return failed(failure, at: now)
    }

    private mutating func write(_ token: MintedToken, tries: Int, at now: Timestamp) -> [RefreshAction] {
        // What was held for long may be no better by now than what a new mint would give.
        guard policy.isFresh(expiry: token.expiry, at: now) || tries > 0 || phase == .minting else {
            decided = secret
            phase = .looking
            return [.look]
        }
        phase = .writing(token, tries: tries)
        return [.write(token, resourceVersion: decided.resourceVersion)]
    }

    /// Whether the watch has shown meanwhile that what is under way is not what is wanted any more.
    private var isOutdated: Bool { secret.configuration.asksForOther(than: decided.configuration) }

    private mutating func failed(_ failure: RefreshFailure, at now: Timestamp) -> [RefreshAction] {
        if failure.failureClass == .permanent, !isOutdated {
            latch = PermanentLatch(sourceVersion: sourceVersion, configuration: secret.configuration, closedAt: now)
        }
        let delay = RetryRule.delay(after: failure, remaining: remaining(at: now), limitedBefore: limitedBefore)
        limitedBefore = failure.cause == .secondaryLimit ? limitedBefore + 1 : 0
        let event = gate.event(for: failure, at: now).map { [RefreshAction.event($0)] } ?? []
        // What failed is no longer asked for.
        let isPast = phase == .waiting && isOutdated
        return event + wait(isPast ? .zero : delay, at: now)
    }

    /// The wait that is left, if the latch is closed.
    private mutating func latched(at now: Timestamp) -> [RefreshAction]? {
        guard let latch else { return nil }
        guard latch.isClosed(sourceVersion: sourceVersion, configuration: secret.configuration, at: now) else {
            self.latch = nil
            return nil
        }
        return wait(latch.opensAt - now, at: now)
    }

    private mutating func settle() {
        latch = nil
        limitedBefore = 0
        gate.succeeded()
    }

    /// - Parameter mintedAt: if that is known.
    private mutating func waitForMargin(
        of expiry: Timestamp, mintedAt: Timestamp? = nil, at now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) -> [RefreshAction] {
        due = policy.dueTime(expiry: expiry, mintedAt: mintedAt, using: &generator)
        followsExpiry = true
        return [.wait(max(due - now, RetryRule.shortest))]
    }

    private mutating func wait(_ span: Duration, at now: Timestamp) -> [RefreshAction] {
        let span = max(span, RetryRule.shortest)
        makeDue(at: now + span)
        return [.wait(span)]
    }

    private mutating func makeDue(at time: Timestamp) {
        due = time
        followsExpiry = false
    }
}
