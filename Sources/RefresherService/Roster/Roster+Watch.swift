internal import Kubernetes
internal import TokenRefresh

/// What the watches tell.
extension Roster {
    /// - Parameter index: of the scope whose watch tells it.
    func apply(_ event: WatcherEvent, scope index: Int) {
        switch event {
        case .initStarted: scopes[index].seen = []
        case .initApplied(let object):
            if show(object) { scopes[index].seen?.insert(object.key) }
        case .initDone: finishList(of: index)
        case .applied(let object): show(object)
        case .deleted(let object): vanish(object.key)
        }
        wake()
    }

    /// - Returns: whether anything of it is kept.
    @discardableResult
    func show(_ object: ObjectMetadata) -> Bool {
        let key = object.key
        guard object.deletionTimestamp == nil else {
            vanish(key)
            return false
        }
        if let managed = ManagedSecret(object) {
            forgetCandidate(key)
            take(managed, object)
            return true
        }
        release(key, .unannotated)
        let isSource = showSource(object)
        return showCandidate(object) || isSource
    }

    private func take(_ managed: ManagedSecret, _ object: ObjectMetadata) {
        let key = object.key
        guard let entry = entries[key], entry.uid == object.uid else {
            release(key, .deleted)
            enter(managed, object)
            return
        }
        entries[key]?.controller = object.controller
        let before = entry.machine.secret
        guard managed.resourceVersion != before.resourceVersion else { return }
        relink(key, from: entry.source, to: managed.configuration.appSecret)
        if Self.isUnproven(managed, object) { entries[key]?.isUnproven = true }
        observe(managed, of: key, entry)
        if managed.expiry != before.expiry { observer.observe(.managing(key, expiry: managed.expiry)) }
    }

    private func enter(_ managed: ManagedSecret, _ object: ObjectMetadata) {
        let key = object.key
        let api = api(of: managed)
        let offset = time.offset(at: api)
        sources.link(key, to: ObjectKey(namespace: key.namespace, name: managed.configuration.appSecret))
        entries[key] = RosterEntry(
            machine(for: managed, of: key, clockOffset: offset), serial: nextSerial(), uid: object.uid,
            controller: object.controller, api: api, clockOffset: offset,
            isUnproven: Self.isUnproven(managed, object))
        planByMachine(key)
        observer.observe(.managing(key, expiry: managed.expiry))
    }

    /// An expiry says nothing if the token is not there, and a server that gives no `managedFields` does not tell by
    /// metadata: such a Secret is read as a whole, once for each time that somebody else has written it.
    private static func isUnproven(_ managed: ManagedSecret, _ object: ObjectMetadata) -> Bool {
        object.dataKeys == nil && managed.expiry != nil
    }

    private func relink(_ key: ObjectKey, from old: String, to new: String) {
        guard old != new else { return }
        sources.unlink(key, from: ObjectKey(namespace: key.namespace, name: old))
        sources.link(key, to: ObjectKey(namespace: key.namespace, name: new))
    }

    /// A standby keeps no machine running: it only knows when its turn would be.
    private func observe(_ managed: ManagedSecret, of key: ObjectKey, _ entry: RosterEntry) {
        switch entry.stage {
        case .working: break
        case .ready, .queued: return begin(key, anew: managed)
        case .resting where !isLeading || entries[key]?.isUnproven == true: return begin(key, anew: managed)
        case .resting:
            let api = api(of: managed)
            entries[key]?.follow(api, offset: time.offset(at: api))
        }
        let now = (entries[key] ?? entry).time(at: clock.now())
        pursue(key, entries[key]?.machine.observed(managed, at: now, using: &generator) ?? [])
    }

    /// Settles what a machine wants outside of a job, and gets the rest its turn.
    private func pursue(_ key: ObjectKey, _ actions: [RefreshAction]) {
        let todo = settle(key, actions, release: .ownerOver)
        guard !todo.isEmpty else { return }
        let now = clock.now()
        schedule.remove(key)
        entries[key]?.stage = .ready(todo)
        entries[key]?.dueAt = now
        ready.add(key, at: now)
    }

    private func vanish(_ key: ObjectKey) {
        forgetCandidate(key)
        release(key, .deleted)
        changeSource(key, to: nil)
    }

    /// Objects that the list has not shown were deleted while nobody watched.
    private func finishList(of index: Int) {
        guard let seen = scopes[index].seen else { return }
        scopes[index].seen = nil
        let scope = scopes[index]
        let known = Set(entries.keys).union(candidates.keys).union(sources.known)
        for key in known where scope.holds(key) && !seen.contains(key) { vanish(key) }
        guard !scope.isSynced else { return }
        scopes[index].isSynced = true
        if isSynced { observer.observe(.synced(secrets: entries.count)) }
    }

    var isSynced: Bool { scopes.allSatisfy(\.isSynced) }

    // MARK: Sources

    /// Notes the version of an App's Secret. Where metadata does not tell which Secrets are those, only the ones that
    /// somebody depends on are noted.
    private func showSource(_ object: ObjectMetadata) -> Bool {
        let isApp = object.dataKeys?.isSuperset(of: Adoption.appKeys) ?? false
        guard isApp || sources.isWanted(object.key) else { return false }
        changeSource(object.key, to: object.resourceVersion)
        return true
    }

    private func changeSource(_ source: ObjectKey, to version: String?) {
        guard sources.note(version, of: source) else { return }
        for key in sources.dependents(of: source) {
            if entries[key] != nil {
                tellSource(version, to: key)
            } else if candidates[key] != nil {
                plan(key, at: clock.now())
            }
        }
    }

    /// A change that came while somebody worked on the Secret counts afterwards.
    func heedSource(of key: ObjectKey) {
        guard let plan = entries[key]?.plan, let version = sources.version(of: plan.source),
            version != plan.sourceVersion
        else { return }
        tellSource(version, to: key)
    }

    private func tellSource(_ version: String?, to key: ObjectKey) {
        guard isLeading, let entry = entries[key], case .resting = entry.stage else { return }
        let now = entry.time(at: clock.now())
        pursue(key, entries[key]?.machine.sourceChanged(to: version, at: now, using: &generator) ?? [])
    }
}
