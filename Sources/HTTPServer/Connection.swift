internal import HTTP2
internal import HTTPSemantics
internal import Platform
internal import TLS

/// One accepted connection: moves bytes between its socket, its TLS session and its protocol engine.
///
/// Used by its event loop's thread only. Every entry point ends with a `Verdict`, which the loop carries out.
final class Connection {
    /// What the loop must do with the connection now.
    enum Verdict: Equatable {
        case wait(Poll.Interest)
        case close
    }

    private enum Stage {
        case open
        /// Nothing more is served; what is left of `pending` goes out, then the connection closes.
        case finishing
        /// All is said and the sending side is shut; the peer's bytes are thrown away until it ends.
        case lingering
    }

    /// Reads of one socket in a row before other connections have their turn.
    private static let readsPerTurn = 4

    /// An output buffer above this is freed once it is sent; below, it is kept for the next answer.
    private static let keptOutputBytes = 64 * 1024

    let socket: StreamSocket
    private(set) var deadline: ConnectionDeadline
    private let handler: any RequestHandler
    private let tls: TLSSession?
    private var engine: (any HTTPEngine)?
    private var stage = Stage.open
    private var pending: [UInt8] = []
    private var sent = 0

    init(
        socket: StreamSocket, tls: TLSSession?, handler: any RequestHandler, context: LoopContext, now: MonotonicTime
    ) {
        self.socket = socket
        self.tls = tls
        self.handler = handler
        deadline = ConnectionDeadline(.handshaking, now: now, limits: context.limits)
        if tls == nil { open(.http1, context) }
    }

    /// True when closing loses nothing: no request is under way, and at least one was answered.
    var isIdle: Bool {
        guard stage == .open, pending.isEmpty, let engine else { return false }
        return engine.waiting.kind == .request && !isSilent
    }

    /// True when the peer has not asked anything yet. Waits are counted from 0, the one for the first request.
    private var isSilent: Bool { engine.map { $0.waiting.ordinal == 0 } ?? true }

    // MARK: Events, from the loop

    func socketIsReadable(_ context: LoopContext) -> Verdict {
        for _ in 0..<Connection.readsPerTurn {
            switch socket.receive(into: &context.received) {
            case .moved(let count):
                guard stage != .lingering else { continue }
                process(count, context)
                let verdict = settle(context)
                // A short read means the socket is empty: another one would only say so.
                if verdict != .wait(.read) || count < context.received.count { return verdict }
            case .blocked:
                return .wait(.read)
            case .ended:
                guard stage == .open, let engine else { return .close }
                engine.receiveEnd()
                stage = .finishing
                return settle(context)
            case .failed:
                return .close
            }
        }
        return .wait(.read)
    }

    func socketIsWritable(_ context: LoopContext) -> Verdict {
        settle(context)
    }

    /// Moves on what open answers have to say.
    ///
    /// - Returns: nil when nothing changes: there is none, or the peer has still to read what it was sent before.
    func streamsHaveNews(_ context: LoopContext) -> Verdict? {
        guard stage == .open, let engine, engine.hasOpenAnswers else { return nil }
        engine.streamsHaveNews()
        return pending.isEmpty ? settle(context) : nil
    }

    func deadlineHasPassed(_ context: LoopContext) -> Verdict {
        context.observer.observe(.deadlinePassed(deadline.kind.reported))
        switch deadline.kind {
        case .handshake, .write, .producer: return .close
        case .linger where stage == .lingering: return .close
        case .idle, .head, .body, .linger: return dismiss(context)
        }
    }

    /// Ends the connection with what its protocol has to say about that.
    func dismiss(_ context: LoopContext) -> Verdict {
        guard let engine else { return .close }
        engine.deadlinePassed()
        return settle(context)
    }

    /// From now on answers end the connection.
    func drain(_ context: LoopContext) -> Verdict {
        guard let engine, stage == .open else { return .wait(pending.isEmpty ? .read : .write) }
        engine.beginDrain()
        return settle(context)
    }

    /// Says goodbye on a connection that is about to be closed.
    func farewell() {
        tls?.close()
        _ = flush()
    }

    /// Chooses the deadline for what the connection does now. Once the server stops, one that has not asked anything
    /// gets a last moment to, which nothing but its first request prolongs.
    ///
    /// - Returns: true when it may be due earlier than before.
    func refreshDeadline(_ context: LoopContext, now: MonotonicTime) -> Bool {
        let activity: ConnectionDeadline.Activity =
            switch stage {
            case .lingering: .lingering
            case .open, .finishing:
                if !pending.isEmpty {
                    .sending
                } else if context.isStopping, isSilent {
                    .lingering
                } else if let engine {
                    .waiting(engine.waiting)
                } else {
                    .handshaking
                }
            }
        return deadline.update(activity, now: now, limits: context.limits)
    }

    // MARK: Inwards

    private func process(_ count: Int, _ context: LoopContext) {
        guard let tls else {
            let received = context.received
            unsafe deliver(received.span.bytes.extracting(first: count), context)
            return
        }
        let wasHandshaking = tls.progress == .handshaking
        do {
            try tls.receive(context.received, count: count, scratch: &context.plaintext) { deliver($0, context) }
            if wasHandshaking, tls.progress == .open { open(tls.negotiatedProtocol, context) }
            if tls.progress == .ended {
                engine?.receiveEnd()
                stage = .finishing
            }
        } catch {
            context.observer.observe(wasHandshaking ? .handshakeFailed(error) : .sessionFailed(error))
            if error.code == .plainHTTP { tls.outgoing = Connection.plainHTTPAnswer }
            stage = .finishing
        }
    }

    private func deliver(_ plaintext: RawSpan, _ context: LoopContext) {
        if engine == nil, let tls { open(tls.negotiatedProtocol, context) }
        guard stage == .open, let engine, !engine.isFinished else { return }
        engine.receive(plaintext, handler: handler)
        encrypt(engine)
    }

    private func open(_ negotiated: NegotiatedProtocol, _ context: LoopContext) {
        guard engine == nil else { return }
        let made: any HTTPEngine =
            switch negotiated {
            case .http1: HTTP1Engine(limits: context.limits.http, budget: context.budget, waker: context.control)
            case .http2: HTTP2Engine(limits: context.limits.http, budget: context.budget, waker: context.control)
            }
        if context.isDraining { made.beginDrain() }
        engine = made
        context.observer.observe(.negotiated(negotiated))
    }

    // MARK: Outwards

    /// Writes what the socket takes, moves the engine's output on, and decides what comes next.
    private func settle(_ context: LoopContext) -> Verdict {
        while true {
            // What is pending goes first: a peer that reads slowly is owed one helping of the engine's at a time.
            switch flush() {
            case .blocked: return .wait(.write)
            case .failed: return .close
            case .done: break
            }
            guard let engine else { return stage == .open ? .wait(.read) : .close }
            if stage == .lingering {
                socket.finishSending()
                return .wait(.read)
            }
            engine.produceOutput()
            if !engine.output.isEmpty {
                encrypt(engine)
            } else if engine.isFinished || stage == .finishing {
                guard engine.needsLingeringClose, stage == .open else {
                    farewell()
                    return .close
                }
                tls?.close()
                stage = .lingering
            } else if context.isStopping, isIdle {
                // Its answer was on the way before the drain began, and did not say that it was the last.
                farewell()
                return .close
            } else {
                return .wait(.read)
            }
        }
    }

    private func encrypt(_ engine: any HTTPEngine) {
        guard !engine.output.isEmpty else { return }
        if let tls {
            do {
                try tls.send(engine.output)
            } catch {
                stage = .finishing
            }
        } else {
            pending.append(contentsOf: engine.output)
        }
        engine.output.removeAll(keepingCapacity: engine.output.count <= Connection.keptOutputBytes)
    }

    private enum Flush {
        case done
        case blocked
        case failed
    }

    private func flush() -> Flush {
        if let tls, !tls.outgoing.isEmpty {
            if pending.isEmpty {
                swap(&pending, &tls.outgoing)
            } else {
                pending.append(contentsOf: tls.outgoing)
                tls.outgoing.removeAll(keepingCapacity: true)
            }
        }
        while sent < pending.count {
            switch socket.send(pending, from: sent) {
            case .moved(let count): sent += count
            case .blocked: return .blocked
            case .ended, .failed: return .failed
            }
        }
        pending.removeAll(keepingCapacity: pending.count <= Connection.keptOutputBytes)
        sent = 0
        return .done
    }

    /// What Go's server says to plain HTTP on its TLS port (net/http server.go), so that people recognise it.
    private static let plainHTTPAnswer = [UInt8](
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n".utf8)
}

extension ConnectionDeadline.Kind {
    fileprivate var reported: ServerEvent.DeadlineKind {
        switch self {
        case .handshake: .handshake
        case .idle: .idle
        case .head: .head
        case .body: .body
        case .write, .producer: .write
        case .linger: .linger
        }
    }
}
