internal import Kubernetes
internal import TokenRefresh

/// Everything that is known of the Secrets, and what is to be done next for which. It decides nothing about tokens: each
/// Secret has a `SecretRefresh` for that. It does no I/O.
actor Roster {
    /// What every part of it goes by.
    struct Rules: Sendable {
        let policy: RefreshPolicy
        let isDryRun: Bool
        /// Each Secret is tried once at most.
        let isOnce: Bool
        let standard: GitHubAPI
    }

    /// Secrets worked on at once. Above `MintLimit.atOnce`, so that an API that is slow or silent leaves some to others;
    /// enough for eight refreshes a second when an exchange with GitHub takes five seconds.
    static let mostAtOnce = 50

    let rules: Rules
    let clock: any ClientClock
    let time: GitHubTime
    let observer: any RefresherObserver
    let bell: Bell
    var generator: SplitMix64

    var entries: [ObjectKey: RosterEntry] = [:]
    var candidates: [ObjectKey: CandidateEntry] = [:]
    var sources = SourceIndex()
    /// Those whose time is to come, candidates too.
    var schedule = RefreshSchedule<ObjectKey>()
    /// Those whose time has come, by when it did.
    var ready = RefreshSchedule<ObjectKey>()
    var mints = MintQueue<ObjectKey>()
    var scopes: [WatchScope]
    var once = OnceCount()
    var isLeading = false
    private var working = 0
    private var serials = 0
    private var toldDepth = 0
    /// When whoever asks for work looks again by itself.
    private var awakeAt = Duration.zero

    init(
        _ rules: Rules, scopes: [WatchScope], clock: any ClientClock, time: GitHubTime,
        observer: any RefresherObserver, bell: Bell, seed: UInt64
    ) {
        self.rules = rules
        self.scopes = scopes
        self.clock = clock
        self.time = time
        self.observer = observer
        self.bell = bell
        generator = SplitMix64(seed: seed)
    }

    func nextSerial() -> Int {
        serials += 1
        return serials
    }

    // MARK: Leading

    /// Begins or ends to give out work. What was under way when it ends is begun anew by whoever leads next.
    func lead(_ leads: Bool) {
        isLeading = leads
        guard !leads else { return }
        for (key, entry) in entries {
            if case .resting = entry.stage { continue }
            begin(key, anew: entry.machine.secret)
        }
        for (key, candidate) in candidates where candidate.dueAt <= clock.now() { plan(key, at: candidate.dueAt) }
        // Nobody waits for a standby.
        tell(depth: 0)
    }

    /// The clock that expiries are compared with has moved.
    func replan() {
        for (key, entry) in entries {
            entries[key]?.follow(entry.api, offset: time.offset(at: entry.api))
            if case .resting = entry.stage { planByMachine(key) }
        }
        wake()
    }

    // MARK: Work

    /// The next thing to do, if anything is and there are hands free.
    func next() -> Job? {
        guard isLeading else { return nil }
        let now = clock.now()
        while let key = schedule.popDue(at: now) {
            ready.add(key, at: entries[key]?.dueAt ?? candidates[key]?.dueAt ?? now)
        }
        defer { tell(depth: ready.count + mints.count) }
        guard working < Self.mostAtOnce else { return nil }
        while let (key, account) = mints.next(at: now) {
            guard let entry = entries[key], case .queued(let order) = entry.stage else {
                mints.ended(account, at: now)
                continue
            }
            return job(begun(key), .mint(order), dueAt: entry.dueAt, at: now)
        }
        while let key = ready.popDue(at: .seconds(Int64.max)) {
            if let job = jobForManaged(key, at: now) ?? jobForCandidate(key, at: now) { return job }
        }
        return nil
    }

    private func jobForManaged(_ key: ObjectKey, at now: Duration) -> Job? {
        guard let entry = entries[key] else { return nil }
        let work: Job.Work
        switch entry.stage {
        case .working, .queued: return nil
        case .ready(let actions): work = .act(actions)
        case .resting where entry.isUnproven: work = .prove
        case .resting:
            let actions = entries[key]?.machine.wake(at: entry.time(at: clock.now())) ?? []
            let todo = settle(key, actions, release: .ownerOver)
            guard !todo.isEmpty else { return nil }
            work = .act(todo)
        }
        return job(begun(key), work, dueAt: entry.dueAt, at: now)
    }

    /// Each job has a ticket of its own: the last words of the one before must not be taken for its.
    private func begun(_ key: ObjectKey) -> Ticket {
        let ticket = Ticket(key: key, serial: nextSerial())
        entries[key]?.serial = ticket.serial
        entries[key]?.stage = .working
        return ticket
    }

    private func jobForCandidate(_ key: ObjectKey, at now: Duration) -> Job? {
        guard let entry = candidates[key] else { return nil }
        let ticket = Ticket(key: key, serial: entry.serial)
        return job(ticket, .judge(entry.candidate, entry.owner), dueAt: entry.dueAt, at: now)
    }

    private func job(_ ticket: Ticket, _ work: Job.Work, dueAt: Duration, at now: Duration) -> Job {
        working += 1
        observer.observe(.started(ticket.key, waited: max(now - dueAt, .zero)))
        return Job(ticket: ticket, work: work, startedAt: now)
    }

    /// A job is over, whatever came of it.
    func finished(_ job: Job) {
        working -= 1
        if case .mint(let order) = job.work { mints.ended(order.account, at: clock.now()) }
        observer.observe(.finished(job.ticket.key, took: clock.now() - job.startedAt))
        heedSource(of: job.ticket.key)
        bell.ring()
    }

    private func tell(depth: Int) {
        guard depth != toldDepth else { return }
        toldDepth = depth
        observer.observe(.queued(depth: depth))
    }

    // MARK: Waiting

    /// How long there is nothing to do, as far as is known; not above `longest`.
    func rest(atMost longest: Duration) -> Duration {
        let now = clock.now()
        let next = isLeading && working < Self.mostAtOnce ? nextTime : nil
        let span = min(next.map { max($0 - now, .milliseconds(1)) } ?? longest, longest)
        awakeAt = now + span
        return span
    }

    /// Rings if there is something to do before whoever waits would look.
    func wake() {
        guard isLeading, let next = nextTime, next < awakeAt else { return }
        awakeAt = .zero
        bell.ring()
    }

    private var nextTime: Duration? {
        if ready.count > 0 { return .zero }
        return [schedule.next, mints.nextTurn].compactMap(\.self).min()
    }

    /// Nothing is under way and nothing is due.
    var isQuiet: Bool {
        let now = clock.now()
        return working == 0 && ready.count == 0 && mints.count == 0 && schedule.next.map { $0 > now } ?? true
    }

    // MARK: Entries

    /// Takes a Secret into care, or begins anew with one.
    func begin(_ key: ObjectKey, anew secret: ManagedSecret) {
        guard var entry = entries[key] else { return }
        entry.serial = nextSerial()
        let api = api(of: secret)
        entry.follow(api, offset: time.offset(at: api))
        entry.machine = machine(for: secret, of: key, clockOffset: entry.clockOffset)
        entry.stage = .resting
        entry.plan = nil
        entries[key] = entry
        ready.remove(key)
        mints.remove(key)
        planByMachine(key)
    }

    /// A machine for what is seen of a Secret.
    func machine(for secret: ManagedSecret, of key: ObjectKey, clockOffset: Duration) -> SecretRefresh {
        let now = Timestamp(milliseconds: (clockOffset + clock.now()).wholeMilliseconds)
        var machine = SecretRefresh(secret, policy: rules.policy, at: now, using: &generator)
        let source = ObjectKey(namespace: key.namespace, name: secret.configuration.appSecret)
        // Only noted: what changes from here on is news.
        if let version = sources.version(of: source) {
            _ = machine.sourceChanged(to: version, at: now, using: &generator)
        }
        return machine
    }

    func api(of secret: ManagedSecret) -> GitHubAPI {
        secret.configuration.apiURL.flatMap { try? GitHubAPI(parsing: $0) } ?? rules.standard
    }

    /// Lets go of a Secret.
    func release(_ key: ObjectKey, _ reason: RefresherNotice.Release) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        schedule.remove(key)
        ready.remove(key)
        mints.remove(key)
        sources.unlink(key, from: ObjectKey(namespace: key.namespace, name: entry.source))
        count(key, .idle)
        observer.observe(.released(key, reason: reason))
    }

    /// Enters the time at which the machine wants to be woken.
    func planByMachine(_ key: ObjectKey) {
        guard let entry = entries[key] else { return }
        var span = Duration.zero
        if !entry.isUnproven {
            var probe = entry.machine
            for case .wait(let wanted) in probe.wake(at: entry.time(at: clock.now())) { span = wanted }
        }
        plan(key, at: clock.now() + span)
    }

    func plan(_ key: ObjectKey, at moment: Duration) {
        entries[key]?.dueAt = moment
        candidates[key]?.dueAt = moment
        schedule.move(key, to: moment)
    }

    /// Takes the waits and the ends out of what a machine wants; the rest is for whoever works.
    func settle(
        _ key: ObjectKey, _ actions: [RefreshAction], release reason: RefresherNotice.Release
    ) -> [RefreshAction] {
        var todo: [RefreshAction] = []
        for action in actions {
            switch action {
            case .wait(let span): rest(key, for: span)
            case .drop: release(key, reason)
            case .event where rules.isDryRun: break
            case .event, .look, .mint, .write, .reread: todo.append(action)
            }
        }
        return todo
    }

    private func rest(_ key: ObjectKey, for span: Duration) {
        entries[key]?.stage = .resting
        if rules.isOnce, once.hasSettled(key) { return }
        plan(key, at: clock.now() + span)
    }
}
