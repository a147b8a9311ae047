internal import GitHubApps
internal import Kubernetes
internal import TokenRefresh

/// What comes back from those who work. Each answer returns what is to be done next; nothing, if the question is of no
/// interest any more.
extension Roster {
    /// What is needed to look.
    func inspected(_ ticket: Ticket) -> InspectedSecret? {
        guard let entry = current(ticket) else { return nil }
        let secret = entry.machine.secret
        return InspectedSecret(
            key: ticket.key, configuration: secret.configuration, owner: KelosOwner(entry.controller),
            sourceVersion: entry.plan?.sourceVersion)
    }

    /// Of the look before a mint.
    func plan(of ticket: Ticket) -> MintPlan? { current(ticket)?.plan }

    /// For Events: the Secret and whoever controls it.
    func subjects(of key: ObjectKey) -> [EventNote.Subject] {
        guard let entry = entries[key] else { return [] }
        let secret = EventNote.Subject(
            apiVersion: "v1", kind: "Secret", namespace: key.namespace, name: key.name, uid: entry.uid)
        guard let owner = entry.controller else { return [secret] }
        return [
            secret,
            EventNote.Subject(
                apiVersion: owner.apiVersion, kind: owner.kind, namespace: key.namespace, name: owner.name,
                uid: owner.uid),
        ]
    }

    /// - Parameter contents: nil if there is no such Secret.
    func proven(_ ticket: Ticket, _ contents: SecretContents?) {
        guard current(ticket) != nil else { return }
        guard let contents else { return release(ticket.key, .deleted) }
        guard let secret = contents.managed else { return release(ticket.key, .unannotated) }
        entries[ticket.key]?.isUnproven = false
        begin(ticket.key, anew: secret)
        wake()
    }

    /// It could not be read.
    func unproven(_ ticket: Ticket, _ failure: RefreshFailure) {
        guard let entry = current(ticket) else { return }
        let remaining = entry.machine.remaining(at: entry.time(at: clock.now()))
        let delay = RetryRule.delay(after: failure, remaining: remaining)
        count(ticket.key, .failed)
        observer.observe(.failed(ticket.key, failure, isLatched: false, retryAfter: delay))
        entries[ticket.key]?.stage = .resting
        plan(ticket.key, at: clock.now() + delay)
    }

    func looked(_ ticket: Ticket, _ found: (findings: RefreshFindings, plan: MintPlan?)) -> [RefreshAction] {
        guard let entry = current(ticket) else { return [] }
        let key = ticket.key
        if let plan = found.plan {
            entries[key]?.plan = plan
            entries[key]?.follow(plan.api, offset: time.offset(at: plan.api))
            _ = sources.note(plan.sourceVersion, of: plan.source)
        }
        let now = (entries[key] ?? entry).time(at: clock.now())
        let actions = entries[key]?.machine.looked(found.findings, at: now) ?? []
        if rules.isDryRun, actions == [.mint] { return report(key) }
        switch found.findings {
        case .failed(let failure, _): return failed(key, failure, actions)
        case .use(.idle, _):
            count(key, .idle)
            observer.observe(.idle(key))
        case .use: break
        }
        return settle(key, actions, release: .ownerOver)
    }

    /// Instead of minting.
    private func report(_ key: ObjectKey) -> [RefreshAction] {
        guard let secret = entries[key]?.machine.secret else { return [] }
        if entries[key]?.reportedVersion != secret.resourceVersion {
            observer.observe(.wouldRefresh(key))
            entries[key]?.reportedVersion = secret.resourceVersion
        }
        count(key, .refreshed)
        begin(key, anew: secret)
        plan(key, at: clock.now() + RetryRule.permanent)
        return []
    }

    /// Waits for leave to mint.
    func queue(_ ticket: Ticket, _ order: MintOrder) {
        guard let entry = current(ticket) else { return }
        let secret = entry.machine.secret
        let living = secret.expiry.flatMap { $0 > entry.time(at: clock.now()) ? $0 : nil }
        entries[ticket.key]?.stage = .queued(order)
        mints.add(ticket.key, for: order.account, expiry: living, at: clock.now())
        wake()
    }

    /// Takes the outcome of a mint, or of preparing one.
    ///
    /// - Parameter account: who is to be left alone if GitHub says so; nil if it was not asked.
    func minted(_ ticket: Ticket, _ outcome: MintOutcome, account: MintAccount?) -> [RefreshAction] {
        if let account { mints.heard(of: account, answers: outcome.isAnswer, at: clock.now()) }
        guard let entry = current(ticket) else { return [] }
        let key = ticket.key
        let actions = entries[key]?.machine.minted(outcome, at: entry.time(at: clock.now())) ?? []
        guard case .failed(let failure) = outcome else {
            // The watch may show the new one before the patch is answered.
            entries[key]?.replacedExpiry = entry.machine.secret.expiry
            return settle(key, actions, release: .ownerOver)
        }
        if let account, failure.failureClass == .rateLimit, let wait = actions.wait {
            mints.pause(account, for: wait, at: clock.now())
        }
        return failed(key, failure, actions)
    }

    func written(_ ticket: Ticket, _ outcome: WriteOutcome) -> [RefreshAction] {
        guard let entry = current(ticket) else { return [] }
        let key = ticket.key
        let now = entry.time(at: clock.now())
        let lifeLeft = entry.replacedExpiry.map { $0 - now }
        let actions = entries[key]?.machine.written(outcome, at: now, using: &generator) ?? []
        switch outcome {
        case .written:
            if let expiry = entries[key]?.machine.secret.expiry {
                count(key, .refreshed)
                observer.observe(.refreshed(key, expiry: expiry, lifeLeft: lifeLeft))
            }
        case .conflict: observer.observe(.conflicted(key))
        case .gone: return settle(key, actions, release: .deleted)
        case .failed(let failure): return failed(key, failure, actions)
        }
        return settle(key, actions, release: .ownerOver)
    }

    /// - Parameter contents: nil if there is no such Secret.
    func reread(_ ticket: Ticket, _ contents: SecretContents?) -> [RefreshAction] {
        guard let entry = current(ticket) else { return [] }
        let key = ticket.key
        let now = entry.time(at: clock.now())
        // One of the same name that was made anew is another one.
        let seen = contents.flatMap { $0.metadata.uid == entry.uid ? $0.managed : nil }
        let actions = entries[key]?.machine.reread(seen, at: now, using: &generator) ?? []
        if let seen, seen.expiry != entry.machine.secret.expiry {
            observer.observe(.managing(key, expiry: seen.expiry))
        }
        if entries[key]?.machine.isHolding == true { return failed(key, SecretRefresh.contested, actions) }
        return settle(key, actions, release: contents == nil ? .deleted : .unannotated)
    }

    func rereadFailed(_ ticket: Ticket, _ failure: RefreshFailure) -> [RefreshAction] {
        guard let entry = current(ticket) else { return [] }
        let now = entry.time(at: clock.now())
        return failed(ticket.key, failure, entries[ticket.key]?.machine.rereadFailed(failure, at: now) ?? [])
    }

    /// Nobody will answer for what was asked: it is begun anew.
    func abandoned(_ ticket: Ticket) {
        guard let entry = current(ticket), case .working = entry.stage else { return }
        begin(ticket.key, anew: entry.machine.secret)
    }

    func count(_ key: ObjectKey, _ result: OnceCount.Result) {
        if rules.isOnce { once.settled(key, result) }
    }

    /// What came of a single pass.
    func outcome() -> OnceOutcome {
        for key in entries.keys { count(key, .idle) }
        return once.outcome(isComplete: isSynced)
    }

    private func current(_ ticket: Ticket) -> RosterEntry? {
        guard let entry = entries[ticket.key], entry.serial == ticket.serial else { return nil }
        return entry
    }

    private func failed(
        _ key: ObjectKey, _ failure: RefreshFailure, _ actions: [RefreshAction]
    ) -> [RefreshAction] {
        count(key, .failed)
        if let wait = actions.wait {
            let isLatched = entries[key]?.machine.isLatched ?? false
            observer.observe(.failed(key, failure, isLatched: isLatched, retryAfter: wait))
        }
        return settle(key, actions, release: .ownerOver)
    }
}

extension MintOutcome {
    /// Whether somebody was there, whatever they said.
    fileprivate var isAnswer: Bool {
        if case .failed(let failure) = self { failure.cause != .unreachable } else { true }
    }
}

extension [RefreshAction] {
    /// How long the machine wants to wait.
    var wait: Duration? {
        for case .wait(let span) in self { return span }
        return nil
    }
}
