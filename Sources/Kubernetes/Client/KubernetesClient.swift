package import HTTPTransport

/// Asks one API server. Every call is one request, or two when a token turns out to be replaced; nothing else is retried
/// here, because only the caller knows whether the answer still matters.
package struct KubernetesClient: Sendable {
    /// The most an object may have in etcd is 1.5 MiB; escapes and managed fields make it longer on its way.
    static let objectLimit = 8 << 20
    /// 500 objects' metadata is about 1 MB; an object may have 256 KiB of annotations.
    static let pageLimit = 32 << 20
    /// What a watch may have unread before the server is held back.
    static let streamLimit = 1 << 20
    /// One request; a page of a list waits for etcd.
    static let requestTimeout = Duration.seconds(10)
    static let pageTimeout = Duration.seconds(60)
    /// The head of a watch comes when the server's cache is ready.
    static let watchHeadTimeout = Duration.seconds(30)

    package let access: ClusterAccess
    package let clock: any ClientClock
    package let observer: any KubernetesObserver
    /// Goes into `managedFields` and Events.
    package let fieldManager: String
    private let transport: any HTTPTransport
    private let tokens: BearerTokens
    private let userAgent: String

    /// - Parameters:
    ///   - transport: reaches `access.server` and trusts it; see `ReloadingTransport`.
    ///   - userAgent: `program/version`.
    ///   - readFile: for the token file.
    package init(
        _ access: ClusterAccess, transport: any HTTPTransport, clock: any ClientClock,
        observer: any KubernetesObserver, fieldManager: String, userAgent: String, readFile: @escaping ReadFile
    ) {
        self.access = access
        self.transport = transport
        self.clock = clock
        self.observer = observer
        self.fieldManager = fieldManager
        self.userAgent = userAgent
        self.tokens = BearerTokens(access.credential, readFile: readFile)
    }

    /// Sends a request and returns the body of its 2xx answer.
    func send(_ call: APICall) async throws(KubernetesError) -> [UInt8] {
        var response = try await once(call, rejected: false)
        if response.status == 401, tokens.canChange { response = try await once(call, rejected: true) }
        guard (200...299).contains(response.status) else {
            throw failure(call, status: response.status, fields: response.fields, body: response.body)
        }
        return response.body
    }

    /// Sends a request and returns its 200 answer while the body is still coming.
    func stream(_ call: APICall) async throws(KubernetesError) -> IncomingStream {
        var response = try await onceStreaming(call, rejected: false)
        if response.status == 401, tokens.canChange { response = try await onceStreaming(call, rejected: true) }
        guard response.status == 200 else {
            throw failure(
                call, status: response.status, fields: response.fields, body: await Self.start(of: response))
        }
        return response
    }

    private func once(_ call: APICall, rejected: Bool) async throws(KubernetesError) -> IncomingResponse {
        let request = try await request(call, rejected: rejected)
        do {
            let response = try await transport.send(request)
            observer.requestFinished(code: String(response.status), method: call.method, host: access.host)
            return response
        } catch {
            observer.requestFinished(code: "<error>", method: call.method, host: access.host)
            throw KubernetesError(error, subject: call.subject)
        }
    }

    private func onceStreaming(_ call: APICall, rejected: Bool) async throws(KubernetesError) -> IncomingStream {
        let request = try await request(call, rejected: rejected)
        do {
            let response = try await transport.stream(request)
            observer.requestFinished(code: String(response.status), method: call.method, host: access.host)
            return response
        } catch {
            observer.requestFinished(code: "<error>", method: call.method, host: access.host)
            throw KubernetesError(error, subject: call.subject)
        }
    }

    private func request(_ call: APICall, rejected: Bool) async throws(KubernetesError) -> OutgoingRequest {
        var fields = [(name: "accept", value: call.accept), (name: "user-agent", value: userAgent)]
        if let token = try await tokens.token(at: clock.now(), rejected: rejected) {
            fields.append((name: "authorization", value: "Bearer " + token.value))
        }
        if let contentType = call.contentType { fields.append((name: "content-type", value: contentType)) }
        return OutgoingRequest(
            call.method, access.server + call.target, fields: fields, body: call.body, timeout: call.timeout,
            silence: call.silence, responseLimit: call.responseLimit)
    }

    private func failure(
        _ call: APICall, status: Int, fields: [(name: String, value: String)], body: [UInt8]
    ) -> KubernetesError {
        var status = APIStatus(code: status, body: body)
        if call.carriesSecret { status = status.withoutEchoes }
        let asked = fields.first { $0.name == "retry-after" }.flatMap { Int(trimmed($0.value)) }
        return KubernetesError(
            status, subject: call.subject, retryAfter: asked.flatMap(KubernetesError.delay))
    }

    /// The body of a refused watch, as far as a Status may go.
    private static func start(of response: IncomingStream) async -> [UInt8] {
        let longestStatus = 64 << 10
        var body: [UInt8] = []
        do {
            for try await piece in response.body {
                guard body.count + piece.count <= longestStatus else { return [] }
                body += piece
            }
        } catch {
            return []
        }
        return body
    }
}

/// One request in the API's terms.
struct APICall: Sendable {
    static let json = "application/json"
    /// Names, labels, annotations: what every object has, and no Secret's data.
    static let metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    static let metadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

    var method: String
    /// Path and query.
    var target: String
    var accept = APICall.json
    var contentType: String?
    var body: [UInt8] = []
    var timeout = KubernetesClient.requestTimeout
    var silence: Duration?
    var responseLimit = KubernetesClient.objectLimit
    /// True when a word of a refusal could be a part of what is sent or asked for that nobody may see.
    var carriesSecret = false
    /// For messages.
    var subject: String

    init(
        _ method: String, _ resource: Resource, namespace: String?, name: String? = nil, query: [(String, String)] = []
    ) {
        self.method = method
        self.target = resource.path(namespace: namespace, name: name) + PercentEncoding.query(query)
        carriesSecret = resource == .secrets
        var subject = "\(method) \(resource.plural)"
        if let name { subject += " \"\(name)\"" }
        if let namespace { subject += " in namespace \"\(namespace)\"" }
        self.subject = BoundedText.line(subject, limit: 600)
    }

    /// Asks for no more than metadata, in which nothing is secret.
    mutating func wantsMetadata(as form: String = APICall.metadata) {
        accept = form
        carriesSecret = false
    }

    /// - Parameter path: of something that is no object.
    init(_ method: String, path: String) {
        self.method = method
        target = path
        subject = "\(method) \(path)"
    }
}
