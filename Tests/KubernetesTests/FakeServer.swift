import HTTPTransport
import Kubernetes
import Synchronization
import Testing

/// The server's end of a transport: answers by a script and keeps what it was asked.
final class FakeServer: HTTPTransport {
    enum Reply: Sendable {
        case answer(Int, fields: [(name: String, value: String)] = [], String)
        /// A body in pieces that ends in good order, or with a failure.
        case stream([String], failing: TransportError.Code? = nil)
        case failure(TransportError.Code)

        static func ok(_ body: String) -> Reply { .answer(200, body) }
    }

    private struct State {
        var replies: [Reply]
        var requests: [OutgoingRequest] = []
    }

    private let state: Mutex<State>
    private let finished = AsyncStream<Void>.makeStream()

    init(_ replies: [Reply]) {
        state = Mutex(State(replies: replies))
    }

    var requests: [OutgoingRequest] { state.withLock { $0.requests } }

    /// `METHOD path?query` of each request.
    var lines: [String] {
        requests.map { $0.method + " " + $0.url.dropFirst("https://api.test:6443".count) }
    }

    func extend(_ replies: [Reply]) {
        state.withLock { $0.replies += replies }
    }

    /// Returns when a request comes for which the script has no answer; it gets one only when its task is cancelled.
    func isOutOfScript() async {
        for await _ in finished.stream { return }
    }

    func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
        switch try await reply(to: request) {
        case .answer(let status, let fields, let body):
            return IncomingResponse(status: status, fields: fields, body: Array(body.utf8))
        case .failure(let code): throw TransportError(code, "api.test did not answer")
        case .stream:
            Issue.record("a stream is scripted for a request that wants a whole answer: \(request.url)")
            throw TransportError(.invalidRequest, "wrong script")
        }
    }

    func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
        switch try await reply(to: request) {
        case .answer(let status, let fields, let body):
            return IncomingStream(status: status, fields: fields, body: Self.body([body], failing: nil))
        case .failure(let code): throw TransportError(code, "api.test did not answer")
        case .stream(let pieces, let code):
            return IncomingStream(status: 200, fields: [], body: Self.body(pieces, failing: code))
        }
    }

    private func reply(to request: OutgoingRequest) async throws(TransportError) -> Reply {
        let reply: Reply? = state.withLock { state in
            state.requests.append(request)
            return state.replies.isEmpty ? nil : state.replies.removeFirst()
        }
        if let reply { return reply }
        finished.continuation.yield()
        let never = AsyncStream<Void>.makeStream()
        for await _ in never.stream {}
        throw TransportError(.cancelled, "cancelled")
    }

    private static func body(
        _ pieces: [String], failing code: TransportError.Code?
    ) -> AsyncThrowingStream<[UInt8], any Error> {
        AsyncThrowingStream { continuation in
            for piece in pieces { continuation.yield(Array(piece.utf8)) }
            continuation.finish(throwing: code.map { TransportError($0, "the body of api.test broke off") })
        }
    }
}

/// A clock that goes only as far as somebody sleeps: no test waits.
final class ManualClock: ClientClock {
    private struct State {
        var now = Duration.zero
        var slept: [Duration] = []
    }

    /// 2026-08-22T10:00:00.25Z
    static let start = Duration.milliseconds(1_787_392_800_250)

    private let state = Mutex(State())

    var slept: [Duration] { state.withLock { $0.slept } }

    func now() -> Duration { state.withLock { $0.now } }

    func unixTime() -> Duration { Self.start + now() }

    func advance(by duration: Duration) { state.withLock { $0.now += duration } }

    func pause(for duration: Duration) async throws(CancellationError) {
        if Task.isCancelled { throw CancellationError() }
        state.withLock { state in
            state.now += duration
            state.slept.append(duration)
        }
        await Task.yield()
    }
}

/// Notes what the observer hears, one line each.
final class Listener: KubernetesObserver {
    private let heard = Mutex<[String]>([])

    var lines: [String] { heard.withLock { $0 } }

    private func note(_ line: String) { heard.withLock { $0.append(line) } }

    func requestFinished(code: String, method: String, host: String) { note("\(code) \(method) \(host)") }
    func watchRestarted(_ resource: Resource, _ reason: WatchRestart) { note("\(resource.plural) \(reason.rawValue)") }
    func watchFailed(_ resource: Resource, _ error: KubernetesError, retryingAfter delay: Duration) {
        note("\(resource.plural) failed: \(error.code.rawValue)")
    }
    func electionFailed(_ error: KubernetesError) { note("election failed: \(error.code.rawValue)") }
    func eventFailed(_ error: KubernetesError) { note("event failed: \(error.code.rawValue)") }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

/// Leads to the lowest number of every range. (Zero itself would be drawn again for ever by `Int.random`.)
struct LowestGenerator: RandomNumberGenerator {
    mutating func next() -> UInt64 { 1 << 53 }
}

/// A file system of a few files that tests change.
final class Files: Sendable {
    struct Missing: Error {}

    private let contents: Mutex<[String: String]>

    init(_ contents: [String: String]) { self.contents = Mutex(contents) }

    func write(_ text: String?, to path: String) { contents.withLock { $0[path] = text } }

    var read: ReadFile {
        { path in
            guard let text = self.contents.withLock({ $0[path] }) else { throw Missing() }
            return Array(text.utf8)
        }
    }
}

/// What a watcher told.
final class EventLog: Sendable {
    private let events = Mutex<[WatcherEvent]>([])

    var all: [WatcherEvent] { events.withLock { $0 } }

    func append(_ event: WatcherEvent) { events.withLock { $0.append(event) } }
}

/// Strings that stand for credentials: they must occur in no message.
let canary = "canary-2f9c1b7e"

struct Fixture {
    let server: FakeServer
    let clock = ManualClock()
    let listener = Listener()
    let client: KubernetesClient

    init(
        _ replies: [FakeServer.Reply], credential: ClusterAccess.Credential = .token(Redacted(canary)),
        files: Files = Files([:])
    ) throws {
        server = FakeServer(replies)
        client = KubernetesClient(
            try ClusterAccess(server: "https://api.test:6443", credential: credential), transport: server,
            clock: clock, observer: listener, fieldManager: "tester", userAgent: "tester/1.0", readFile: files.read)
    }
}

/// A Status as the API server writes it.
func status(_ code: Int, _ reason: String, _ message: String, details: String = "{}") -> String {
    """
    {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\(message)","reason":"\(reason)",\
    "details":\(details),"code":\(code)}
    """
}

/// An object as PartialObjectMetadata.
func object(_ name: String, version: String, extra: String = "") -> String {
    """
    {"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"\(name)","namespace":"ns",\
    "uid":"uid-\(name)","resourceVersion":"\(version)","creationTimestamp":"2026-08-22T10:00:00Z"\(extra)}}
    """
}

func list(_ objects: [String], version: String, continuation: String? = nil) -> String {
    let rest = continuation.map { #","continue":"\#($0)""# } ?? ""
    return """
        {"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1",\
        "metadata":{"resourceVersion":"\(version)"\(rest)},"items":[\(objects.joined(separator: ","))]}
        """
}

func event(_ type: String, _ object: String) -> String {
    #"{"type":"\#(type)","object":\#(object)}"# + "\n"
}

func bookmark(_ version: String) -> String {
    event("BOOKMARK", #"{"kind":"PartialObjectMetadata","metadata":{"resourceVersion":"\#(version)"}}"#)
}

/// What is left of an object with nothing selected.
func kept(_ name: String, _ version: String) -> ObjectMetadata {
    ObjectMetadata(
        name: name, namespace: "ns", uid: "uid-\(name)", resourceVersion: version,
        creationTimestamp: "2026-08-22T10:00:00Z")
}
