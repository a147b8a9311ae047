internal import Kubernetes
internal import TokenRefresh

/// Secrets that may be adopted.
extension Roster {
    /// What is judged by may change where no watch sees it, a Workspace for one. So whoever was not adopted is looked at
    /// again after this; an App's Secret that appears is noticed at once where the watch shows it.
    static let judgedAgain = RetryRule.permanent
    private static let never = Duration.seconds(Int64.max)

    /// - Returns: whether it is one.
    func showCandidate(_ object: ObjectMetadata) -> Bool {
        let key = object.key
        guard let candidate = AdoptionCandidate(object), Adoption.isCandidate(candidate),
            let owner = KelosOwner(object.controller)
        else {
            forgetCandidate(key)
            return false
        }
        if candidates[key]?.candidate == candidate { return true }
        forgetCandidate(key)
        candidates[key] = CandidateEntry(candidate: candidate, owner: owner, serial: nextSerial())
        plan(key, at: clock.now())
        return true
    }

    func forgetCandidate(_ key: ObjectKey) {
        guard let entry = candidates.removeValue(forKey: key) else { return }
        schedule.remove(key)
        ready.remove(key)
        if let source = entry.source { sources.unlink(key, from: source) }
    }

    /// What came of judging.
    func judged(_ ticket: Ticket, _ verdict: AdoptionVerdict) {
        let key = ticket.key
        if case .adopted(_, let source) = verdict { observer.observe(.adopted(key, source: source)) }
        guard let entry = candidates[key], entry.serial == ticket.serial else { return }
        switch verdict {
        case .adopted(let metadata, _):
            // The watch shows it too, and may have been faster; a single pass need not wait for that.
            show(metadata)
        case .wouldAdopt(let source):
            if !entry.isReported { observer.observe(.wouldAdopt(key, source: source)) }
            candidates[key]?.isReported = true
            plan(key, at: clock.now() + Self.judgedAgain)
        case .notYet(let source):
            expect(source, for: key)
            plan(key, at: clock.now() + Self.judgedAgain)
        case .over: plan(key, at: Self.never)
        case .failed(let failure):
            let delay = RetryRule.delay(after: failure, remaining: nil)
            count(key, .failed)
            observer.observe(.failed(key, failure, isLatched: false, retryAfter: delay))
            plan(key, at: clock.now() + delay)
        }
        wake()
    }

    private func expect(_ source: String?, for key: ObjectKey) {
        let source = source.map { ObjectKey(namespace: key.namespace, name: $0) }
        if let old = candidates[key]?.source { sources.unlink(key, from: old) }
        if let source { sources.link(key, to: source) }
        candidates[key]?.source = source
    }
}

/// What is to become of a candidate.
enum AdoptionVerdict: Sendable {
    /// Annotated; the metadata afterwards.
    case adopted(ObjectMetadata, source: String)
    case wouldAdopt(source: String)
    /// Not as things are. `source` is the Secret that would be the App's.
    case notYet(source: String?)
    /// Nobody will use its token again.
    case over
    case failed(RefreshFailure)
}
