internal import GitHubApps
internal import HTTPTransport
internal import Kubernetes
internal import TokenRefresh

/// Does what the roster wants done for one Secret at a time, and brings back what came of it.
struct Reconciler: Sendable {
    let configuration: RefresherConfiguration
    let roster: Roster
    let kubernetes: KubernetesClient
    let gitHub: any HTTPTransport
    let clock: any ClientClock
    let time: GitHubTime
    let observer: any RefresherObserver
    let inspection: Inspection
    let keys: AppKeys
    let events: EventRecorder
    let adopter: Adopter
    /// Whether this process leads at this very moment: asked right before whatever others would see.
    let mayAct: @Sendable () -> Bool

    func run(_ job: Job) async {
        switch job.work {
        case .act(let actions): await carry(job.ticket, actions)
        case .mint(let order): await carry(job.ticket, await mint(order, for: job.ticket))
        case .prove: await prove(job.ticket)
        case .judge(let candidate, let owner):
            let verdict = await adopter.judge(candidate, of: owner, in: job.ticket.key.namespace)
            if !Task.isCancelled { await roster.judged(job.ticket, verdict) }
        }
        // If nothing was left to do, there is nothing to abandon.
        await roster.abandoned(job.ticket)
        await roster.finished(job)
    }

    /// Goes on until there is nothing left to do for now, or no right to do it.
    private func carry(_ ticket: Ticket, _ actions: [RefreshAction]) async {
        var todo = actions
        while !todo.isEmpty {
            let action = todo.removeFirst()
            let next = await perform(action, for: ticket)
            // What a cancelled task has found out is that it was cancelled.
            guard !Task.isCancelled, let next else { return }
            todo += next
        }
    }

    /// - Returns: nil where the work must not go on.
    private func perform(_ action: RefreshAction, for ticket: Ticket) async -> [RefreshAction]? {
        switch action {
        case .look: return await look(ticket)
        case .mint: return await prepareMint(ticket)
        case .write(let token, let version): return await write(token, version, for: ticket)
        case .reread: return await reread(ticket)
        case .event(let event):
            await record(event, about: ticket.key)
            return []
        case .wait, .drop: return []
        }
    }

    private func look(_ ticket: Ticket) async -> [RefreshAction]? {
        guard let secret = await roster.inspected(ticket) else { return nil }
        let found = await inspection.look(secret)
        guard !Task.isCancelled else { return nil }
        return await roster.looked(ticket, found)
    }

    /// Gets the App's key, and a place in the line of those who mint for that App.
    private func prepareMint(_ ticket: Ticket) async -> [RefreshAction]? {
        guard let plan = await roster.plan(of: ticket) else { return nil }
        do throws(RefreshFailure) {
            let key = try await keys.key(plan.source, version: plan.sourceVersion)
            guard !Task.isCancelled else { return nil }
            await roster.queue(ticket, MintOrder(plan: plan, appKey: key))
            return []
        } catch {
            guard !Task.isCancelled else { return nil }
            return await roster.minted(ticket, .failed(error), account: nil)
        }
    }

    private func mint(_ order: MintOrder, for ticket: Ticket) async -> [RefreshAction] {
        guard mayAct() else { return [] }
        let api = order.plan.api
        let tokens = InstallationTokens(
            transport: gitHub, agent: configuration.agent, now: { time.now(at: api) },
            pause: { try? await clock.pause(for: $0) })
        let startedAt = clock.now()
        let result = await tokens.mint(
            InstallationTokens.Order(
                credentials: order.appKey.credentials, signer: order.appKey.signer, api: api, scope: order.plan.scope),
            verifying: configuration.verifiesTokens)
        if let serverTime = result.serverTime, time.learn(serverTime, from: api) { await roster.replan() }
        let host = api.host.description
        observer.observe(.minted(host: host, requests: result.requests, took: clock.now() - startedAt))
        if let rateLimit = result.rateLimit { observer.observe(.quota(host: host, rateLimit)) }
        guard !Task.isCancelled else { return [] }
        return await roster.minted(ticket, result.outcome, account: order.account)
    }

    /// Token, expiry and API URL, which change together or not at all.
    private func write(_ token: MintedToken, _ version: String, for ticket: Ticket) async -> [RefreshAction]? {
        guard mayAct() else { return nil }
        let patch = MergePatch(
            resourceVersion: version,
            annotations: [
                RefreshAnnotation.expiresAt: token.expiry.rfc3339, RefreshAnnotation.apiURL: token.apiURL,
            ],
            data: [WatchedMetadata.tokenKey: Redacted(Array(token.token.revealed.utf8))])
        let outcome: WriteOutcome
        do throws(KubernetesError) {
            let written = try await kubernetes.patch(
                .secrets, ticket.key, patch, selecting: WatchedMetadata.selection)
            outcome = .written(resourceVersion: written.resourceVersion)
        } catch {
            outcome = WriteOutcome(error)
        }
        guard !Task.isCancelled else { return nil }
        return await roster.written(ticket, outcome)
    }

    private func reread(_ ticket: Ticket) async -> [RefreshAction]? {
        do throws(KubernetesError) {
            let contents = try await contents(ticket.key)
            guard !Task.isCancelled else { return nil }
            return await roster.reread(ticket, contents)
        } catch {
            guard !Task.isCancelled else { return nil }
            return await roster.rereadFailed(ticket, .cluster(error))
        }
    }

    private func prove(_ ticket: Ticket) async {
        do throws(KubernetesError) {
            let contents = try await contents(ticket.key)
            if !Task.isCancelled { await roster.proven(ticket, contents) }
        } catch {
            if !Task.isCancelled { await roster.unproven(ticket, .cluster(error)) }
        }
    }

    /// - Returns: nil if there is no such Secret.
    private func contents(_ key: ObjectKey) async throws(KubernetesError) -> SecretContents? {
        do throws(KubernetesError) {
            return try await kubernetes.secret(key, selecting: WatchedMetadata.selection)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private func record(_ event: RefreshEvent, about key: ObjectKey) async {
        for subject in await roster.subjects(of: key) {
            guard mayAct() else { return }
            await events.record(
                EventNote(
                    event.reason == .refreshed ? .normal : .warning, event.reason.rawValue, about: subject,
                    event.message))
        }
    }
}

extension WriteOutcome {
    init(_ error: KubernetesError) {
        self =
            switch error.code {
            case .conflict: .conflict
            case .notFound: .gone
            // Immutable, refused by an admission webhook, or not ours to write: trying again soon does not mend it.
            case .forbidden, .invalid: .failed(RefreshFailure(.secretRefused, error.message))
            case .alreadyExists, .unauthorized, .expired, .tooManyRequests, .server, .rejected, .transport, .malformed,
                .tooLarge, .credentials, .cancelled:
                .failed(.cluster(error))
            }
    }
}
