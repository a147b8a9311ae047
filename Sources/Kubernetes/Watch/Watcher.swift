internal import HTTPTransport

/// Keeps telling what objects there are and how they change, whatever the API server and the network do.
package struct Watcher: Sendable {
    private let client: KubernetesClient
    private let objects: ObjectSelection
    private let selection: MetadataSelection
    private let limits: WatcherLimits

    /// - Parameters:
    ///   - objects: which ones.
    ///   - selection: what is kept of their labels and annotations.
    package init(
        _ client: KubernetesClient, _ objects: ObjectSelection, selecting selection: MetadataSelection,
        limits: WatcherLimits = WatcherLimits()
    ) {
        self.client = client
        self.objects = objects
        self.selection = selection
        self.limits = limits
    }

    /// Runs until the task is cancelled. Faults go to the client's observer and are tried again.
    ///
    /// - Parameters:
    ///   - generator: spreads watches and retries.
    ///   - deliver: is awaited for each event: while it works, the server is held back.
    package func run(
        using generator: some RandomNumberGenerator, deliver: (WatcherEvent) async -> Void
    ) async {
        var generator = generator
        var machine = WatcherStateMachine(limits: limits)
        while !Task.isCancelled {
            switch machine.next(using: &generator) {
            case .wait(let delay):
                guard (try? await client.clock.pause(for: delay)) != nil else { return }
            case .list(let limit, let continuation):
                do {
                    let page = try await client.list(
                        objects, selecting: selection, limit: limit, continuation: continuation)
                    for event in machine.listed(page, at: client.clock.now()) { await deliver(event) }
                } catch {
                    report(error, machine.failed(error, at: client.clock.now(), using: &generator))
                }
            case .watch(let version, let seconds):
                do throws(KubernetesError) {
                    try await watch(&machine, from: version, seconds: seconds, deliver: deliver)
                    let (restart, _) = machine.watchEnded(at: client.clock.now(), using: &generator)
                    if !Task.isCancelled { client.observer.watchRestarted(objects.resource, restart) }
                } catch {
                    report(error, machine.failed(error, at: client.clock.now(), using: &generator))
                }
            }
        }
    }

    /// Follows one watch to its end.
    private func watch(
        _ machine: inout WatcherStateMachine, from version: String, seconds: Int,
        deliver: (WatcherEvent) async -> Void
    ) async throws(KubernetesError) {
        let stream = try await client.watch(objects, from: version, seconds: seconds, silence: limits.silence)
        machine.watchOpened(at: client.clock.now())
        var lines = WatchLines()
        var pieces = stream.body.makeAsyncIterator()
        while let piece = try await Self.next(&pieces) {
            lines.append(piece)
            while let line = try lines.next() {
                if let event = try machine.received(try WatchNotice(line, selection)) { await deliver(event) }
            }
        }
        // What is left is half a line, and the next watch repeats it whole.
    }

    private static func next(
        _ pieces: inout AsyncThrowingStream<[UInt8], any Error>.Iterator
    ) async throws(KubernetesError) -> [UInt8]? {
        do {
            return try await pieces.next()
        } catch {
            let cause = error as? TransportError ?? TransportError(.interrupted, "The watch broke off")
            throw KubernetesError(cause, subject: "watch")
        }
    }

    private func report(_ error: KubernetesError, _ outcome: (restart: WatchRestart?, delay: Duration?)) {
        guard !Task.isCancelled else { return }
        if let restart = outcome.restart { client.observer.watchRestarted(objects.resource, restart) }
        if let delay = outcome.delay { client.observer.watchFailed(objects.resource, error, retryingAfter: delay) }
    }
}

extension KubernetesClient {
    /// Opens a watch for metadata.
    func watch(
        _ objects: ObjectSelection, from version: String, seconds: Int, silence: Duration
    ) async throws(KubernetesError) -> IncomingStream {
        let query =
            objects.query + [
                ("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
                ("timeoutSeconds", String(seconds)),
            ]
        var call = APICall("GET", objects.resource, namespace: objects.namespace, query: query)
        // The form of a watch's objects is asked for one by one, not as a list.
        call.wantsMetadata()
        call.timeout = Self.watchHeadTimeout
        call.silence = silence
        call.responseLimit = Self.streamLimit
        return try await stream(call)
    }
}
