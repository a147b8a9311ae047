internal import GitHubApps
package import HTTPTransport
package import Kubernetes
internal import Synchronization
internal import TokenRefresh

/// Keeps the GitHub tokens in Secrets fresh: watches, mints, writes.
///
/// Everything it does is a child of the task that calls `run` or `runOnce`, waits by the clock it was given or for a
/// transport, and ends with that task.
package final class TokenRefresher: Sendable {
    /// How long nobody looks at the clocks: a machine that slept, or whose clock was set, is noticed within this.
    static let longestRest = Duration.seconds(30)
    /// For the lists of a single pass; 10,000 Secrets take a few seconds.
    static let listDeadline = Duration.seconds(60)

    private struct Standing: Sendable {
        var isSynced = false
        var isLeading = false
    }

    private let configuration: RefresherConfiguration
    private let kubernetes: KubernetesClient
    private let gitHub: any HTTPTransport
    private let clock: any ClientClock
    private let observer: any RefresherObserver
    private let seed: UInt64
    private let duties: [any LeaderDuty]
    private let elector: LeaderElector?
    private let standing = Mutex(Standing())

    /// - Parameters:
    ///   - kubernetes: its `fieldManager` signs the writes.
    ///   - gitHub: reaches every host that `configuration.endpoints` trusts.
    ///   - seed: of all randomness here: when watches end, retries come, and tokens become due.
    ///   - duties: what else the leader does; a single pass does none of it.
    package init(
        _ configuration: RefresherConfiguration, kubernetes: KubernetesClient, gitHub: any HTTPTransport,
        clock: any ClientClock, observer: any RefresherObserver, seed: UInt64, duties: [any LeaderDuty] = []
    ) {
        self.configuration = configuration
        self.kubernetes = kubernetes
        self.gitHub = gitHub
        self.clock = clock
        self.observer = observer
        self.seed = seed
        self.duties = duties
        elector =
            configuration.isDryRun
            ? nil
            : configuration.election.map {
                LeaderElector(kubernetes, lease: $0.lease, identity: $0.identity, timing: $0.timing)
            }
    }

    /// True when the first list of every namespace was complete.
    package var isSynced: Bool { standing.withLock { $0.isSynced } }

    /// True while this process may write.
    package var isLeading: Bool { elector?.isLeader ?? standing.withLock { $0.isLeading } }

    /// Works until the task is cancelled. Returns when all work has stopped and the Lease was given back.
    package func run() async {
        let desk = desk(isOnce: false) { [elector] in elector?.isLeader ?? true }
        let terms = AsyncStream<Bool>.makeStream(bufferingPolicy: .unbounded)
        await withTaskGroup(of: Void.self) { group in
            watch(desk, in: &group)
            if let elector {
                group.addTask { [seed] in
                    await elector.run(using: SplitMix64(seed: seed ^ Stream.election)) { terms.continuation.yield($0) }
                }
            } else {
                terms.continuation.yield(true)
            }
            group.addTask { await self.serve(terms.stream, at: desk) }
            await group.waitForAll()
        }
        await release()
    }

    /// Lists all Secrets, adopts, refreshes what is due, each at most once, and returns. Takes part in no election: every
    /// write carries the version it was decided on, so a worker that runs beside it is not overwritten.
    package func runOnce() async -> OnceOutcome {
        let desk = desk(isOnce: true) { true }
        await withTaskGroup(of: Void.self) { group in
            watch(desk, in: &group)
            await desk.roster.lead(true)
            await dispatch(desk, until: clock.now() + Self.listDeadline)
            group.cancelAll()
        }
        return await desk.roster.outcome()
    }

    // MARK: Leading

    /// Works while it leads, and only then.
    private func serve(_ terms: AsyncStream<Bool>, at desk: Desk) async {
        var terms = terms.makeAsyncIterator()
        while let leads = await terms.next() {
            guard leads else { continue }
            await lead(true, desk)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.dispatch(desk, until: nil) }
                for duty in duties { group.addTask { await duty.work() } }
                while let still = await terms.next(), still {}
                group.cancelAll()
            }
            await lead(false, desk)
        }
    }

    private func lead(_ leads: Bool, _ desk: Desk) async {
        standing.withLock { $0.isLeading = leads }
        await desk.roster.lead(leads)
        observer.observe(.leading(leads))
    }

    /// Gives the Lease back. The task that ran has been cancelled, and no request of a cancelled task leaves, so this
    /// takes one of its own, on the same executor, and waits for it.
    private func release() async {
        guard let elector else { return }
        let executor = unsafe withUnsafeCurrentTask { task in unsafe task?.unownedTaskExecutor?.asTaskExecutor() }
        await Task(executorPreference: executor) { await elector.release() }.value
    }

    // MARK: Watching

    private func watch(_ desk: Desk, in group: inout TaskGroup<Void>) {
        for (index, scope) in desk.scopes.enumerated() {
            let selection = ObjectSelection(
                .secrets, namespace: scope.namespace, labelSelector: configuration.secretSelector)
            let watcher = Watcher(kubernetes, selection, selecting: WatchedMetadata.selection)
            let generator = SplitMix64(seed: seed ^ Stream.watches &+ UInt64(index))
            group.addTask {
                await watcher.run(using: generator) { event in
                    await desk.roster.apply(event, scope: index)
                    guard event == .initDone, await desk.roster.isSynced else { return }
                    self.standing.withLock { $0.isSynced = true }
                    // A single pass ends where nothing is due.
                    desk.bell.ring()
                }
            }
        }
    }

    // MARK: Working

    /// Gives every Secret whose time has come to a task of its own.
    ///
    /// - Parameter deadline: of a single pass, for the lists; nil works until it is cancelled.
    private func dispatch(_ desk: Desk, until deadline: Duration?) async {
        await desk.timekeeper.begin()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                if let doubt = desk.timekeeper.doubt() { group.addTask { await desk.timekeeper.settle(doubt) } }
                while let job = await desk.roster.next() { group.addTask { await desk.reconciler.run(job) } }
                var rest = Self.longestRest
                if let deadline {
                    let isOver = clock.now() >= deadline
                    if await desk.roster.isQuiet, await desk.roster.isSynced || isOver { return }
                    if !isOver { rest = min(rest, deadline - clock.now()) }
                }
                await desk.bell.wait(atMost: await desk.roster.rest(atMost: rest), by: clock)
            }
        }
    }

    // MARK: Setting up

    /// What one run works with.
    private struct Desk: Sendable {
        let scopes: [WatchScope]
        let roster: Roster
        let bell: Bell
        let timekeeper: Timekeeper
        let reconciler: Reconciler
    }

    /// Seeds that differ for what must not go in step.
    private enum Stream {
        static let roster: UInt64 = 0x526F_7374_6572_0000
        static let watches: UInt64 = 0x5761_7463_6865_7300
        static let election: UInt64 = 0x456C_6563_7469_6F6E
    }

    private func desk(isOnce: Bool, mayAct: @escaping @Sendable () -> Bool) -> Desk {
        let namespaces = Set(configuration.namespaces).sorted()
        let scopes =
            namespaces.isEmpty
            ? [WatchScope(namespace: nil)] : namespaces.map { WatchScope(namespace: $0) }
        let time = GitHubTime(clock, standard: configuration.endpoints.standard)
        let bell = Bell()
        let roster = Roster(
            Roster.Rules(
                policy: configuration.policy, isDryRun: configuration.isDryRun, isOnce: isOnce,
                standard: configuration.endpoints.standard),
            scopes: scopes, clock: clock, time: time, observer: observer, bell: bell, seed: seed ^ Stream.roster)
        let reconciler = Reconciler(
            configuration: configuration, roster: roster, kubernetes: kubernetes, gitHub: gitHub, clock: clock,
            time: time, observer: observer,
            inspection: Inspection(kubernetes, endpoints: configuration.endpoints), keys: AppKeys(kubernetes),
            events: EventRecorder(
                kubernetes,
                source: EventSource(component: configuration.component, instance: configuration.instance)),
            adopter: Adopter(kubernetes, isDryRun: configuration.isDryRun, mayAct: mayAct), mayAct: mayAct)
        let timekeeper = Timekeeper(
            time: time, roster: roster, gitHub: gitHub, standard: configuration.endpoints.standard,
            agent: configuration.agent)
        return Desk(scopes: scopes, roster: roster, bell: bell, timekeeper: timekeeper, reconciler: reconciler)
    }
}
