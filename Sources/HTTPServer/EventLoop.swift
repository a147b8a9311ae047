internal import HTTPSemantics
internal import Platform
internal import TLS

/// One thread's worth of server: its listeners, its connections, their deadlines.
///
/// Created and used on its own thread; others speak to it through `LoopControl`.
final class EventLoop {
    /// Connections taken from one listener before others have their turn.
    private static let acceptsPerTurn = 32

    /// How long accepting rests when the process is out of descriptors and no connection of ours closes meanwhile.
    private static let exhaustedRestMilliseconds: UInt64 = 100

    private static let wakeToken = UInt64.max
    private static let listenerBit: UInt64 = 1 << 63

    private struct Listener {
        let socket: ListeningSocket
        let endpoint: Endpoint
        let handler: any RequestHandler
    }

    private let poll: Poll
    private let control: LoopControl
    private let context: LoopContext
    private var listeners: [Listener]
    private var connections = ConnectionTable()
    private var isAccepting = true
    private var acceptsAgainAt: MonotonicTime?
    private var nextDeadline: MonotonicTime?
    private var isStopping = false

    init(
        _ sockets: [(ListeningSocket, Endpoint)], control: LoopControl, context: LoopContext
    ) throws(SystemError) {
        poll = try Poll()
        self.control = control
        self.context = context
        listeners = sockets.map { Listener(socket: $0.0, endpoint: $0.1, handler: $0.1.makeHandler()) }
        try poll.add(control.wakeUp, .read, token: EventLoop.wakeToken)
        for (index, listener) in listeners.enumerated() {
            try poll.add(listener.socket, .read, token: EventLoop.listenerBit | UInt64(index))
        }
    }

    /// Serves until it is told to stop and the last connection is gone.
    func run() throws(SystemError) {
        while !(isStopping && connections.count == 0) {
            let count = try poll.wait(milliseconds: patience(MonotonicTime.now()))
            let now = MonotonicTime.now()
            for index in 0..<count { handle(poll.event(at: index), now) }
            if let due = nextDeadline, due <= now { expire(now) }
            if let due = acceptsAgainAt, due <= now { resumeAccepting() }
        }
    }

    private func patience(_ now: MonotonicTime) -> Int32 {
        guard let next = nextDeadline ?? acceptsAgainAt else { return -1 }
        return now.milliseconds(until: min(next, acceptsAgainAt ?? next))
    }

    private func handle(_ event: Poll.Event, _ now: MonotonicTime) {
        if event.token == EventLoop.wakeToken {
            control.wakeUp.acknowledge()
            control.answerPing()
            obey(now)
        } else if event.token & EventLoop.listenerBit != 0 {
            _ = accept(from: Int(event.token & ~EventLoop.listenerBit), now)
        } else if let entry = connections.entry(of: event.token) {
            let connection = entry.connection
            let verdict =
                entry.interest == .write
                ? connection.socketIsWritable(context) : connection.socketIsReadable(context)
            carryOut(verdict, event.token, connection, now)
        }
    }

    // MARK: Connections

    private func carryOut(
        _ verdict: Connection.Verdict, _ token: UInt64, _ connection: Connection, _ now: MonotonicTime
    ) {
        switch verdict {
        case .close:
            close(token, connection)
        case .wait(let interest):
            if connections.entry(of: token)?.interest != interest {
                do {
                    try poll.change(connection.socket, interest, token: token)
                } catch {
                    return close(token, connection)
                }
                connections.setInterest(interest, of: token)
            }
            if connection.refreshDeadline(context, now: now) { noteDeadline(connection.deadline.due) }
        }
    }

    private func close(_ token: UInt64, _ connection: Connection) {
        poll.remove(connection.socket)
        connections.remove(token)
        context.observer.observe(.closed)
        if !isAccepting, connections.count < context.limits.acceptedConnections { resumeAccepting() }
    }

    private func noteDeadline(_ due: MonotonicTime) {
        nextDeadline = nextDeadline.map { min($0, due) } ?? due
    }

    /// Looks at every deadline once the nearest one known is due. Deadlines mostly move away, which is not recorded, so
    /// this finds the true nearest one again: seldom, and in one pass.
    private func expire(_ now: MonotonicTime) {
        nextDeadline = nil
        for token in connections.tokens {
            guard let connection = connections.entry(of: token)?.connection else { continue }
            if connection.deadline.due <= now {
                carryOut(connection.deadlineHasPassed(context), token, connection, now)
            }
            if let left = connections.entry(of: token)?.connection { noteDeadline(left.deadline.due) }
        }
    }

    // MARK: Accepting

    /// - Returns: true when there may be more to accept at once.
    private func accept(from index: Int, _ now: MonotonicTime) -> Bool {
        guard isAccepting, index < listeners.count else { return false }
        for turn in 0..<EventLoop.acceptsPerTurn {
            if connections.count >= context.limits.acceptedConnections {
                // Only before the first one is it known that somebody waits, for whom another may be sent away.
                guard turn == 0 else { return true }
                guard evictQuietest(now) else {
                    pauseAccepting(until: now.advanced(milliseconds: context.limits.quietMilliseconds))
                    return false
                }
            }
            switch listeners[index].socket.accept() {
            case .none: return false
            case .exhausted:
                pauseAccepting(until: now.advanced(milliseconds: EventLoop.exhaustedRestMilliseconds))
                return false
            case .connection(let socket): start(socket, listeners[index], now)
            }
        }
        return true
    }

    private func start(_ socket: StreamSocket, _ listener: Listener, _ now: MonotonicTime) {
        if connections.count >= context.limits.connections { _ = evictQuietest(now) }
        let isShed = connections.count >= context.limits.connections
        context.observer.observe(isShed ? .shed : .accepted)
        var session: TLSSession?
        if let currentTLS = listener.endpoint.currentTLS {
            session = try? TLSSession(accepting: currentTLS())
            if session == nil { return context.observer.observe(.closed) }
        }
        let connection = Connection(
            socket: socket, tls: session, handler: isShed ? context.shedding : listener.handler, context: context,
            now: now)
        let token = connections.insert(connection, interest: .read)
        do {
            try poll.add(socket, .read, token: token)
        } catch {
            connections.remove(token)
            return context.observer.observe(.closed)
        }
        _ = connection.refreshDeadline(context, now: now)
        noteDeadline(connection.deadline.due)
    }

    /// Closes the connection that has been quiet for longest, if that is long enough.
    ///
    /// - Returns: true when one was closed.
    private func evictQuietest(_ now: MonotonicTime) -> Bool {
        while let (token, connection) = quietest(now) {
            // A request may have come behind the event that brought us here.
            carryOut(connection.socketIsReadable(context), token, connection, now)
            guard connections.entry(of: token) != nil else { return true }
            guard isQuiet(connection, now) else { continue }
            context.observer.observe(.evicted)
            carryOut(connection.dismiss(context), token, connection, now)
            return true
        }
        return false
    }

    private func quietest(_ now: MonotonicTime) -> (UInt64, Connection)? {
        var quietest: (token: UInt64, connection: Connection)?
        for token in connections.tokens {
            guard let connection = connections.entry(of: token)?.connection, isQuiet(connection, now) else { continue }
            if let found = quietest, found.connection.deadline.since <= connection.deadline.since { continue }
            quietest = (token, connection)
        }
        return quietest
    }

    private func isQuiet(_ connection: Connection, _ now: MonotonicTime) -> Bool {
        connection.deadline.isQuiet
            && connection.deadline.since.advanced(milliseconds: context.limits.quietMilliseconds) <= now
    }

    private func pauseAccepting(until time: MonotonicTime) {
        guard isAccepting else { return }
        isAccepting = false
        acceptsAgainAt = time
        for listener in listeners { poll.remove(listener.socket) }
        context.observer.observe(.acceptPaused)
    }

    private func resumeAccepting() {
        acceptsAgainAt = nil
        guard !isAccepting, !isStopping else { return }
        isAccepting = true
        for (index, listener) in listeners.enumerated() {
            try? poll.add(listener.socket, .read, token: EventLoop.listenerBit | UInt64(index))
        }
        context.observer.observe(.acceptResumed)
    }

    // MARK: Stopping

    private func obey(_ now: MonotonicTime) {
        if control.takeStreamNews() {
            forEachConnection { token, connection in
                guard let verdict = connection.streamsHaveNews(context) else { return }
                carryOut(verdict, token, connection, now)
            }
        }
        // A server that stops has no use for a connection that stays open, whether or not it was told to drain.
        if control.isDraining || control.isStopping, !context.isDraining {
            context.isDraining = true
            forEachConnection { token, connection in
                carryOut(connection.drain(context), token, connection, now)
            }
        }
        if control.isStopping, !isStopping { stop(now) }
        if control.isAborting { forEachConnection { token, connection in close(token, connection) } }
    }

    /// Empties the kernel's accept queues, because closing a listener resets what waits there, and closes what is idle.
    /// A connection that has not asked anything yet gets a moment to: its request may be on the way.
    private func stop(_ now: MonotonicTime) {
        for index in listeners.indices {
            while accept(from: index, now) {}
        }
        isStopping = true
        context.isStopping = true
        isAccepting = false
        acceptsAgainAt = nil
        for listener in listeners {
            poll.remove(listener.socket)
            listener.socket.stopListening()
        }
        listeners = []
        for token in connections.tokens {
            guard let entry = connections.entry(of: token) else { continue }
            let connection = entry.connection
            // A request may have come behind the event that brought us here.
            let verdict = entry.interest == .read ? connection.socketIsReadable(context) : .wait(.write)
            carryOut(verdict, token, connection, now)
            guard connection.isIdle, connections.entry(of: token) != nil else { continue }
            connection.farewell()
            close(token, connection)
        }
    }

    private func forEachConnection(_ body: (UInt64, Connection) -> Void) {
        for token in connections.tokens {
            if let connection = connections.entry(of: token)?.connection { body(token, connection) }
        }
    }
}
