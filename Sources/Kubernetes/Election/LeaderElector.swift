internal import RawJSON
internal import Synchronization

/// Takes part in an election by a Lease: at most one of those who hold the same lease leads, as far as clocks and the API
/// server allow.
package final class LeaderElector: Sendable {
    /// Tries of giving the lease back; after that it runs out by itself.
    private static let mostReleaseTries = 3

    private let client: KubernetesClient
    private let lease: ObjectKey
    private let identity: String
    private let timing: ElectionTiming
    /// When leadership ends unless it is renewed; nil for a standby.
    private let leadsUntil = Mutex<Duration?>(nil)

    /// - Parameters:
    ///   - lease: its namespace and name; it is created when it is missing.
    ///   - identity: of this process and no other, by convention `hostname_uuid`.
    package init(
        _ client: KubernetesClient, lease: ObjectKey, identity: String, timing: ElectionTiming = .standard
    ) {
        self.client = client
        self.lease = lease
        self.identity = identity
        self.timing = timing
    }

    /// True while this process may act as leader. Ask before each write: a process that was stopped for a while finds out
    /// here, before any notification can reach it.
    package var isLeader: Bool {
        guard let until = leadsUntil.withLock({ $0 }) else { return false }
        return client.clock.now() < until
    }

    /// Runs until the task is cancelled, and leads again whenever it can. Does not give the lease back: see `release`.
    ///
    /// - Parameter onChange: told true when leadership begins and false when it is lost. Must return soon: no renewal
    ///   happens meanwhile.
    package func run(
        using generator: some RandomNumberGenerator, onChange: (_ isLeader: Bool) async -> Void
    ) async {
        var generator = generator
        var machine = LeaderElection(identity: identity, timing: timing)
        var wasLeader = false
        while !Task.isCancelled {
            let step = machine.next(at: client.clock.now(), unixTime: client.clock.unixTime(), using: &generator)
            publish(machine)
            if isLeader != wasLeader {
                wasLeader.toggle()
                await onChange(wasLeader)
            }
            do throws(KubernetesError) {
                try await perform(step, &machine, using: &generator)
            } catch {
                guard !Task.isCancelled else { return }
                machine.failed(using: &generator)
                // Losing a race is what standbys do.
                if error.code != .conflict && error.code != .alreadyExists { client.observer.electionFailed(error) }
            }
            publish(machine)
        }
    }

    /// Gives the lease back, so that a standby takes over at once. Call it when `run` has returned and every write of the
    /// leader is done, from a task that is not cancelled.
    package func release() async {
        let held = leadsUntil.withLock { until in
            defer { until = nil }
            return until != nil
        }
        guard held else { return }
        for _ in 0..<Self.mostReleaseTries {
            do throws(KubernetesError) {
                let timeout = timing.renewDeadline / 2
                let seen = try await read(timeout: timeout)
                guard seen.record.holder == identity else { return }
                var record = seen.record
                record.holder = ""
                // Whoever counts from here waits no longer than this (client-go, release).
                record.durationSeconds = 1
                record.renewTime = KubernetesTime.microseconds(client.clock.unixTime())
                record.acquireTime = record.renewTime
                _ = try await update(record, resourceVersion: seen.resourceVersion, timeout: timeout)
                return
            } catch {
                if error.code == .conflict { continue }
                client.observer.electionFailed(error)
                return
            }
        }
    }

    private func publish(_ machine: borrowing LeaderElection) {
        let until = machine.leadsUntil
        leadsUntil.withLock { $0 = until }
    }

    private func perform(
        _ step: LeaderElection.Step, _ machine: inout LeaderElection, using generator: inout some RandomNumberGenerator
    ) async throws(KubernetesError) {
        switch step {
        case .wait(let delay):
            // Only cancellation ends it early, and the loop looks for that.
            try? await client.clock.pause(for: delay)
        case .read(let timeout):
            do {
                let seen = try await read(timeout: timeout)
                machine.observed(seen, at: client.clock.now(), using: &generator)
            } catch {
                guard error.code == .notFound else { throw error }
                machine.missing()
            }
        case .create(let record, let timeout):
            let sentAt = client.clock.now()
            let made = try await create(record, timeout: timeout)
            machine.wrote(made, sentAt: sentAt, at: client.clock.now())
        case .update(let record, let version, let timeout):
            let sentAt = client.clock.now()
            let written = try await update(record, resourceVersion: version, timeout: timeout)
            machine.wrote(written, sentAt: sentAt, at: client.clock.now())
        }
    }

    private func read(timeout: Duration) async throws(KubernetesError) -> ObservedLease {
        var call = client.call("GET", .leases, lease)
        call.timeout = timeout
        return try ObservedLease(try await client.send(call))
    }

    private func create(_ record: LeaseRecord, timeout: Duration) async throws(KubernetesError) -> ObservedLease {
        var body: [UInt8] = []
        body.append(#"{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"#)
        body.append(quoted: lease.name)
        body.append(#","namespace":"#)
        body.append(quoted: lease.namespace)
        body.append(#"},"spec":"#)
        record.append(to: &body)
        body.append("}")
        return try ObservedLease(
            try await client.create(.leases, namespace: lease.namespace, body: body, timeout: timeout))
    }

    /// A patch, so that labels and whatever else others put on the lease stay.
    private func update(
        _ record: LeaseRecord, resourceVersion: String, timeout: Duration
    ) async throws(KubernetesError) -> ObservedLease {
        var body: [UInt8] = []
        body.append(#"{"metadata":{"resourceVersion":"#)
        body.append(quoted: resourceVersion)
        body.append(#"},"spec":"#)
        record.append(to: &body)
        body.append("}")
        return try ObservedLease(try await client.patch(.leases, lease, body: body, timeout: timeout))
    }
}
