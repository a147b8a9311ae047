internal import HTTPSemantics
package import PodManifests
internal import Synchronization

/// A Kubernetes API in memory: the objects that this project deals with, and the verbs that clients use on them.
///
/// Safe on any thread. Nothing happens by itself: `tick` sends bookmarks and ends watches whose time is over.
package final class KubernetesAPI: SandboxService {
    package struct Settings: Sendable {
        /// The bearer token that requests must carry; nil asks for none.
        package var token: String?
        /// Between two bookmarks of a watch. The API server's is about a minute.
        package var bookmarkSeconds: Int64 = 10
        /// For watches that name no `timeoutSeconds` (kube-apiserver --min-request-timeout).
        package var watchSeconds: Int64 = 1800
        package var history = ObjectStore.defaultHistory
        /// Whether metadata has `managedFields`. Every API server of today gives them; a proxy may take them out.
        package var tellsManagers = true

        package init() {}
    }

    struct State {
        var registry: ObjectRegistry
        var watches: [Watch] = []
        var token: String?
    }

    private let settings: Settings
    let environment: SandboxEnvironment
    let admission: (any AdmissionCaller)?
    private let state: Mutex<State>

    /// Serves an empty cluster with the namespaces `default` and `kube-system`.
    package init(
        settings: Settings = Settings(), environment: SandboxEnvironment, admission: (any AdmissionCaller)? = nil
    ) {
        self.settings = settings
        self.environment = environment
        self.admission = admission
        let registry = ObjectRegistry(store: ObjectStore(history: settings.history))
        state = Mutex(State(registry: registry, token: settings.token))
        for name in ["default", "kube-system"] { addNamespace(name) }
    }

    // MARK: For the process that owns it

    /// Creates an object as if by POST, and its namespace when there is none.
    package func add(_ object: ManifestValue) throws(APIStatus) {
        let (apiVersion, kind) = (object["apiVersion"]?.string ?? "", object["kind"]?.string ?? "")
        guard let resource = APIResource.of(apiVersion: apiVersion, kind: kind) else {
            throw .badRequest("no matches for kind \"\(kind)\" in version \"\(apiVersion)\"")
        }
        let namespace = object.namespace.isEmpty ? "default" : object.namespace
        if resource.isNamespaced { addNamespace(namespace) }
        let circumstances = environment.circumstances()
        try locked { state throws(APIStatus) in
            let change = try state.registry.create(resource, namespace: namespace, object, circumstances)
            Self.publish([change], &state)
        }
    }

    /// From now on requests must carry another token, as when a service account's expires.
    package func replaceToken(_ token: String?) {
        state.withLock { $0.token = token }
    }

    /// An object as it is stored; nil when there is none.
    package func object(_ resource: APIResource, _ namespace: String, _ name: String) -> ManifestValue? {
        state.withLock { $0.registry.store.object(resource, ObjectKey(namespace, name)) }
    }

    /// Watches that somebody still reads.
    package var openWatches: Int { state.withLock { $0.watches.count { !$0.stream.isClosed } } }

    /// Sends the bookmarks that are due, ends the watches whose time is over, forgets those that nobody reads.
    package func tick() {
        let now = environment.now()
        state.withLock { state in
            let revision = state.registry.store.revision
            for index in state.watches.indices {
                let watch = state.watches[index]
                if watch.endsAt <= now {
                    if watch.wantsBookmarks { watch.send(watch.representation.bookmark(revision)) }
                    watch.stream.finish()
                } else if watch.nextBookmark <= now {
                    if watch.wantsBookmarks { watch.send(watch.representation.bookmark(revision)) }
                    state.watches[index].nextBookmark = now + settings.bookmarkSeconds
                }
            }
            state.watches.removeAll { $0.endsAt <= now || $0.stream.isClosed }
        }
    }

    /// When `tick` will have something to do, in seconds since 1970; nil while there is no watch.
    package var nextTick: Int64? { state.withLock { $0.watches.map { min($0.endsAt, $0.nextBookmark) }.min() } }

    package func disturb(_ disturbance: WatchDisturbance) {
        state.withLock { state in
            for watch in state.watches {
                switch disturbance {
                case .finish: watch.stream.finish()
                case .abort: watch.stream.abort()
                case .halfLine:
                    watch.stream.append(Array("{\"type\":\"MODIFIED\",\"obj".utf8))
                    watch.stream.abortWhenSent()
                case .expire:
                    watch.send(["type": "ERROR", "object": APIStatus.tooOld(1, oldest: 2).object])
                    watch.stream.finish()
                case .stall, .compact: break
                }
            }
            if disturbance == .compact { state.registry.store.compact() }
            // A stalled watch is forgotten and its stream stays open: the connection holds it.
            if disturbance != .compact { state.watches = [] }
        }
    }

    private func addNamespace(_ name: String) {
        let circumstances = environment.circumstances()
        state.withLock { state in
            let namespace: ManifestValue = [
                "metadata": ["name": .string(name), "labels": ["kubernetes.io/metadata.name": .string(name)]],
                "status": ["phase": "Active"],
            ]
            let change = try? state.registry.create(.namespaces, namespace: "", namespace, circumstances)
            if let change { Self.publish([change], &state) }
        }
    }

    // MARK: Requests

    package func answer(_ request: SandboxRequest) -> SandboxAnswer {
        let answer: SandboxAnswer
        do throws(APIStatus) {
            answer = try judged(request)
        } catch {
            answer = .whole(WholeAnswer(error))
        }
        guard var whole = answer.whole else { return answer }
        whole.fields.append(("date", HTTPDate.text(environment.now())))
        return .whole(whole)
    }

    private func judged(_ request: SandboxRequest) throws(APIStatus) -> SandboxAnswer {
        let segments = request.segments
        if ["healthz", "readyz", "livez"].contains(segments.first) {
            return .whole(WholeAnswer(status: 200, contentType: "text/plain", body: Array("ok".utf8)))
        }
        if let token = state.withLock({ $0.token }), request.authorization != "Bearer \(token)" { throw .unauthorized }
        if request.path == "/sandbox/watches", request.method == "POST" {
            guard let kind = WatchDisturbance(rawValue: request.query["action"] ?? "") else {
                throw .badRequest("action must be finish, abort, half-line, expire, stall or compact")
            }
            disturb(kind)
            return .whole(WholeAnswer(200, ["open": .number(openWatches)]))
        }
        if request.method == "GET", let found = Discovery.answer(segments) { return .whole(WholeAnswer(200, found)) }
        guard let target = APITarget(segments) else { throw .unknownPath }
        var form = Representation(target, accept: request.accept)
        form.tellsManagers = settings.tellsManagers
        return try served(request, target, form)
    }

    private func served(
        _ request: SandboxRequest, _ target: APITarget, _ form: Representation
    ) throws(APIStatus) -> SandboxAnswer {
        let isStatus = target.subresource == "status" && target.resource.hasStatus
        guard target.subresource == nil || isStatus else { throw .unknownPath }
        if target.resource.isReview { return .whole(try review(request, target, form)) }
        switch (request.method, target.name) {
        case ("GET", nil) where request.isWatch: return .open(try watch(request, target, form))
        case ("GET", nil): return .whole(WholeAnswer(200, form.list(try page(request, target))))
        case ("GET", _?):
            let found = try locked { state throws(APIStatus) in try state.registry.get(target.resource, target.key) }
            return .whole(WholeAnswer(200, form.object(found)))
        case ("POST", nil): return try create(request, target, form)
        case ("PUT", _?):
            let object = try request.object()
            guard target.resource.takesBlindUpdates || object.metadata["resourceVersion"]?.string ?? "" != "" else {
                throw .invalid(
                    target.resource, object.name, field: "metadata.resourceVersion",
                    "Invalid value: 0x0: must be specified for an update")
            }
            return try change(request, target, form) { _ throws(APIStatus) in object }
        case ("PATCH", _?):
            let patch = try Self.patch(request, target.resource)
            return try change(request, target, form) { object throws(APIStatus) in try patch.applied(to: object) }
        case ("DELETE", _?): return .whole(try delete(request, target, form))
        case ("DELETE", nil):
            let gone = try page(request, target).objects
            for object in gone {
                try remove(target.resource, ObjectKey(object.namespace, object.name), [:], isTrial: request.isTrial)
            }
            return .whole(WholeAnswer(200, ["kind": "Status", "apiVersion": "v1", "status": "Success"]))
        default: throw .wrongMethod
        }
    }

    /// Everybody may do everything here.
    private func review(
        _ request: SandboxRequest, _ target: APITarget, _ form: Representation
    ) throws(APIStatus) -> WholeAnswer {
        guard request.method == "POST", target.name == nil else { throw .wrongMethod }
        var review = try request.object()
        review.set("status", ["allowed": .bool(true)])
        return WholeAnswer(201, form.object(review))
    }

    // MARK: Reading

    private static func selector(_ request: SandboxRequest) throws(APIStatus) -> ObjectSelector {
        try ObjectSelector(
            labels: request.query["labelSelector"] ?? "", fields: request.query["fieldSelector"] ?? "")
    }

    private func page(_ request: SandboxRequest, _ target: APITarget) throws(APIStatus) -> ObjectStore.Page {
        let selector = try Self.selector(request)
        let limit = Int(request.query["limit"] ?? "") ?? 0
        return try locked { state throws(APIStatus) in
            try state.registry.store.list(
                target.resource, namespace: target.namespace, selector: selector, limit: limit,
                token: request.query["continue"] ?? "")
        }
    }

    private func watch(
        _ request: SandboxRequest, _ target: APITarget, _ form: Representation
    ) throws(APIStatus) -> ResponseStream {
        let selector = try Self.selector(request)
        let now = environment.now()
        let seconds = Int64(request.query["timeoutSeconds"] ?? "") ?? settings.watchSeconds
        let watch = Watch(
            representation: form, namespace: target.namespace, selector: selector, stream: ResponseStream(),
            wantsBookmarks: request.query["allowWatchBookmarks"] == "true", endsAt: now + max(1, seconds),
            nextBookmark: now + settings.bookmarkSeconds)
        let text = request.query["resourceVersion"] ?? ""
        guard let since = text.isEmpty ? 0 : UInt64(text) else {
            throw .badRequest("resourceVersion: Invalid value: \"\(text)\"")
        }
        let tellsState = since == 0 || request.query["sendInitialEvents"] == "true"
        state.withLock { state in
            let store = state.registry.store
            do throws(APIStatus) {
                if tellsState {
                    for object in try store.list(target.resource, namespace: target.namespace).objects {
                        watch.tell(ObjectChange(revision: 0, resource: target.resource, old: nil, new: object))
                    }
                    if request.query["sendInitialEvents"] == "true", watch.wantsBookmarks {
                        watch.send(form.bookmark(store.revision, endsInitialEvents: true))
                    }
                } else {
                    for change in try store.changes(target.resource, since: since) { watch.tell(change) }
                }
                state.watches.append(watch)
            } catch {
                // Like the API server's watch cache: the answer is 200 and the stream says what is wrong.
                watch.send(["type": "ERROR", "object": error.object])
                watch.stream.finish()
            }
        }
        return watch.stream
    }

    /// `Mutex.withLock` with a typed error.
    func locked<Value: Sendable>(
        _ body: (inout State) throws(APIStatus) -> Value
    ) throws(APIStatus) -> Value {
        try state.withLock { state -> Result<Value, APIStatus> in
            do throws(APIStatus) {
                return .success(try body(&state))
            } catch {
                return .failure(error)
            }
        }.get()
    }
}
