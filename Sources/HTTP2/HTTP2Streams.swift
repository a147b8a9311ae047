import HTTPSemantics

/// What nghttp2's callbacks tell about one connection: its open streams, and what its peer does besides asking.
///
/// Callbacks only note; the engine acts when nghttp2 has returned, so no handler ever runs inside the library and a request
/// that is reset in the same read is never served.
final class HTTP2Streams {
    /// Stream objects kept for reuse. Each may hold a usual body's storage, so a few are enough: requests on one connection
    /// seldom overlap here.
    private static let pooledStreams = 4

    /// Open streams, oldest first: the protocol opens them in ascending order.
    private(set) var open: [HTTP2Stream] = []
    /// Streams that need the engine's attention, in the order in which they came to need it.
    private(set) var ready: [Int32] = []
    /// Streams whose answer has gone out to its last byte since the engine looked.
    private(set) var answered: [Int32] = []
    private(set) var lastID: Int32 = 0
    /// True once the peer's first SETTINGS frame has come.
    private(set) var hasSettings = false
    /// True once a GOAWAY has left.
    private(set) var hasSentGoAway = false
    /// True once the peer has acknowledged the PING that follows the drain notice.
    private(set) var hasDrainAcknowledgement = false
    var floodGuard = HTTP2FloodGuard()

    private let limits: HTTPLimits
    private let budget: BodyBudget
    private var pool: [HTTP2Stream] = []

    init(limits: HTTPLimits, budget: BodyBudget) {
        self.limits = limits
        self.budget = budget
    }

    var oldest: HTTP2Stream? { open.first }

    /// The oldest stream whose request or answer the peer has to move along; open answers without news are not.
    var oldestOwed: HTTP2Stream? {
        guard let first = open.first, first.source != nil else { return open.first }
        return open.first { $0.source == nil || !($0.isDeferred || $0.isHeld) }
    }

    func stream(_ id: Int32) -> HTTP2Stream? {
        guard let index = index(of: id) else { return nil }
        return open[index]
    }

    func clearReady() {
        ready.removeAll(keepingCapacity: true)
    }

    func clearAnswered() {
        answered.removeAll(keepingCapacity: true)
    }

    private func index(of id: Int32) -> Int? {
        // The youngest stream is the one most often asked for.
        if let last = open.last, last.id == id { return open.count - 1 }
        var (low, high) = (0, open.count)
        while low < high {
            let middle = (low + high) / 2
            if open[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < open.count && open[low].id == id ? low : nil
    }

    // MARK: From the callbacks

    func headBegan(_ id: Int32) {
        guard id > lastID else { return }
        lastID = id
        let stream = pool.popLast() ?? HTTP2Stream(limits: limits, budget: budget)
        stream.open(id: id)
        open.append(stream)
    }

    func headEnded(_ id: Int32, endsRequest: Bool) {
        guard let stream = stream(id) else { return }
        stream.endHead()
        if endsRequest { stream.endRequest() }
        ready.append(id)
    }

    func bodyArrived(_ id: Int32, _ piece: RawSpan) {
        if let stream = stream(id), stream.addBody(piece) { ready.append(id) }
    }

    func requestEnded(_ id: Int32) {
        guard let stream = stream(id) else { return }
        stream.endRequest()
        ready.append(id)
    }

    func answerEnded(_ id: Int32) {
        answered.append(id)
    }

    func closed(_ id: Int32) {
        guard let index = index(of: id) else { return }
        let stream = open.remove(at: index)
        stream.close()
        if pool.count < HTTP2Streams.pooledStreams { pool.append(stream) }
    }

    func settingsArrived() {
        hasSettings = true
    }

    func goAwaySent() {
        hasSentGoAway = true
    }

    func drainAcknowledged() {
        hasDrainAcknowledgement = true
    }
}
