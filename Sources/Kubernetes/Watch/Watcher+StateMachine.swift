internal import HTTPTransport

/// What a watcher does next. Knows no I/O and no clock: it is told what happened and when.
///
/// A list leads to a watch, a watch that ends leads to the next one from the last resourceVersion seen, and one whose
/// version has expired leads to a new list. Everything that does not work waits first.
struct WatcherStateMachine: Sendable {
    enum Step: Sendable, Equatable {
        /// Then call `listed` or `failed`.
        case list(limit: Int, continuation: String?)
        /// Then call `watchOpened`, `received` for each line and `watchEnded`, or `failed`.
        case watch(resourceVersion: String, seconds: Int)
        /// Then ask for the next step.
        case wait(Duration)
    }

    private enum State: Sendable, Equatable {
        /// Nothing is known. Exits: `listing` or `listed` with a page.
        case empty
        /// The first pages are here. Exits: `listed` with the last page, `empty` on failure.
        case listing(resourceVersion: String, continuation: String)
        /// Everything up to a version is known. Exits: `watching`, `empty` when it has expired.
        case listed(resourceVersion: String)
        /// As `listed`, and a watch is open. Exits: `listed` when it ends, `empty` when the version has expired.
        case watching(resourceVersion: String, since: Duration)
    }

    private let limits: WatcherLimits
    private var state = State.empty
    private var pageSize: Int
    private var delay = RetryDelay()
    /// After 410. A server that says what it has forgotten is well, however long it was away before: the delay of an
    /// outage must not come once more on top of it.
    private var expiryDelay = RetryDelay()
    private var pause: Duration?

    init(limits: WatcherLimits) {
        self.limits = limits
        self.pageSize = limits.pageSize
    }

    mutating func next(using generator: inout some RandomNumberGenerator) -> Step {
        if let pause {
            self.pause = nil
            return .wait(pause)
        }
        switch state {
        case .empty: return .list(limit: pageSize, continuation: nil)
        case .listing(_, let continuation): return .list(limit: pageSize, continuation: continuation)
        case .listed(let version), .watching(let version, _):
            return .watch(
                resourceVersion: version, seconds: Int.random(in: limits.watchSeconds, using: &generator))
        }
    }

    /// A page came.
    mutating func listed(_ page: MetadataPage, at now: Duration) -> [WatcherEvent] {
        succeeded(at: now)
        var events: [WatcherEvent] = []
        events.reserveCapacity(page.items.count + 2)
        // The first page's version is never later than the others', so a watch from there misses nothing.
        var version = page.resourceVersion
        if case .listing(let first, _) = state { version = first } else { events.append(.initStarted) }
        for item in page.items { events.append(.initApplied(item)) }
        if let continuation = page.continuation {
            state = .listing(resourceVersion: version, continuation: continuation)
        } else {
            state = .listed(resourceVersion: version)
            pageSize = limits.pageSize
            events.append(.initDone)
        }
        return events
    }

    /// The head of a watch came.
    mutating func watchOpened(at now: Duration) {
        guard case .listed(let version) = state else { return }
        succeeded(at: now)
        state = .watching(resourceVersion: version, since: now)
    }

    /// A line of the watch came.
    ///
    /// - Returns: what to tell; nil for nothing.
    /// - Throws: what the server says is wrong; the driver then calls `failed`.
    mutating func received(_ notice: WatchNotice) throws(KubernetesError) -> WatcherEvent? {
        switch notice {
        case .applied(let object):
            advance(to: object.resourceVersion)
            return .applied(object)
        case .deleted(let object):
            advance(to: object.resourceVersion)
            return .deleted(object)
        case .bookmark(let version):
            advance(to: version)
            return nil
        case .error(let status):
            throw KubernetesError(status, subject: "watch")
        }
    }

    /// The server ended the watch in good order.
    mutating func watchEnded(
        at now: Duration, using generator: inout some RandomNumberGenerator
    ) -> (restart: WatchRestart, delay: Duration?) {
        guard case .watching(let version, let since) = state else { return (.ended, nil) }
        state = .listed(resourceVersion: version)
        guard now - since < limits.shortestWatch else { return (.ended, nil) }
        let wait = delay.next(at: now, using: &generator)
        pause = wait
        return (.ended, wait)
    }

    /// A list or a watch did not work.
    ///
    /// - Returns: why the watch begins again, nil when a list failed, and the pause before.
    mutating func failed(
        _ error: KubernetesError, at now: Duration, using generator: inout some RandomNumberGenerator
    ) -> (restart: WatchRestart?, delay: Duration?) {
        let restart: WatchRestart?
        switch state {
        case .empty, .listing:
            restart = error.code == .expired ? .expired : nil
            state = .empty
            // Objects of unusual size: half as many of them may fit.
            if error.code == .tooLarge { pageSize = max(1, pageSize / 2) }
        case .listed(let version), .watching(let version, _):
            switch error.code {
            case .expired:
                restart = .expired
                state = .empty
            case .malformed, .tooLarge:
                // The same line would come again, so the way around it is a list.
                restart = .failed
                state = .empty
            case .transport where error.transport?.code == .stalled:
                state = .listed(resourceVersion: version)
                // Silence took its time already; the version is good.
                return (.stalled, nil)
            case .transport, .tooManyRequests, .server, .unauthorized, .forbidden, .notFound, .conflict, .alreadyExists,
                .invalid, .rejected, .credentials, .cancelled:
                restart = .failed
                state = .listed(resourceVersion: version)
            }
        }
        let wait =
            restart == .expired
            ? expiryDelay.next(at: now, using: &generator)
            : delay.next(at: now, asked: error.retryAfter, using: &generator)
        pause = wait
        return (restart, wait)
    }

    private mutating func succeeded(at now: Duration) {
        delay.succeeded(at: now)
        expiryDelay.succeeded(at: now)
    }

    private mutating func advance(to version: String) {
        guard case .watching(_, let since) = state else { return }
        state = .watching(resourceVersion: version, since: since)
    }
}
