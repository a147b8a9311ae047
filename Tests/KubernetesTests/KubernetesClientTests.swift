import HTTPTransport
import Testing

@testable import Kubernetes

@Suite("The Kubernetes client")
struct KubernetesClientTests {
    private let key = ObjectKey(namespace: "ns", name: "a-github-token")

    private func fields(_ request: OutgoingRequest) -> [String] {
        request.fields.map { "\($0.name): \($0.value)" }
    }

    private func failure(
        _ reply: FakeServer.Reply, secret: Bool = false
    ) async throws -> KubernetesError {
        let fixture = try Fixture([reply])
        let data = secret ? ["GITHUB_TOKEN": Redacted(Array(canary.utf8))] : [:]
        do {
            _ = try await fixture.client.patch(
                .secrets, key, MergePatch(resourceVersion: "7", data: data), selecting: MetadataSelection())
        } catch {
            return error
        }
        throw AccessError(.malformed, "no error")
    }

    @Test("reads a whole object")
    func get() async throws {
        let fixture = try Fixture([.ok("{}")])
        #expect(try await fixture.client.get(.secrets, key) == Array("{}".utf8))
        #expect(fixture.server.lines == ["GET /api/v1/namespaces/ns/secrets/a-github-token"])
        #expect(
            fields(fixture.server.requests[0]) == [
                "accept: application/json", "user-agent: tester/1.0", "authorization: Bearer \(canary)",
            ])
        #expect(fixture.listener.lines == ["200 GET api.test:6443"])
    }

    @Test("reads metadata, and of a cluster's object without namespace too")
    func metadata() async throws {
        let fixture = try Fixture([.ok(object("x", version: "3"))])
        let tasks = Resource(group: "kelos.dev", version: "v1alpha2", plural: "tasks")
        let metadata = try await fixture.client.metadata(
            tasks, ObjectKey(namespace: "", name: "../x y"), selecting: MetadataSelection())
        #expect(metadata == kept("x", "3"))
        #expect(fixture.server.lines == ["GET /apis/kelos.dev/v1alpha2/tasks/..%2Fx%20y"])
        #expect(
            fixture.server.requests[0].fields[0].value == "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        )
    }

    @Test("patches with the version it decided on, and asks for no data in return")
    func patch() async throws {
        let fixture = try Fixture([.ok(object("a-github-token", version: "8"))])
        let patch = MergePatch(
            resourceVersion: "7", annotations: ["kelos.dev/b": nil, "kelos.dev/a": "1\"\n"],
            data: ["GITHUB_TOKEN": Redacted(Array("ghs_abc".utf8))])
        let after = try await fixture.client.patch(.secrets, key, patch, selecting: MetadataSelection())
        #expect(after.resourceVersion == "8")
        #expect(fixture.server.lines == ["PATCH /api/v1/namespaces/ns/secrets/a-github-token?fieldManager=tester"])
        let request = fixture.server.requests[0]
        #expect(
            fields(request) == [
                "accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", "user-agent: tester/1.0",
                "authorization: Bearer \(canary)", "content-type: application/merge-patch+json",
            ])
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"metadata":{"resourceVersion":"7","annotations":{"kelos.dev/a":"1\"\n","kelos.dev/b":null}},"#
                + #""data":{"GITHUB_TOKEN":"Z2hzX2FiYw=="}}"#)
    }

    @Test("removes a Secret's key by null")
    func removal() async throws {
        let fixture = try Fixture([.ok(object("a", version: "8"))])
        let patch = MergePatch(resourceVersion: "7", data: ["b": nil, "a": Redacted([1, 2])])
        _ = try await fixture.client.patch(.secrets, key, patch, selecting: MetadataSelection())
        #expect(
            String(decoding: fixture.server.requests[0].body, as: UTF8.self)
                == #"{"metadata":{"resourceVersion":"7"},"data":{"a":"AQI=","b":null}}"#)
    }

    @Test("patches a cluster's object by the operations of RFC 6902")
    func jsonPatch() async throws {
        let fixture = try Fixture([.ok(object("w", version: "8"))])
        _ = try await fixture.client.jsonPatch(
            .mutatingWebhookConfigurations, ObjectKey(namespace: "", name: "w"), body: Array("[]".utf8),
            selecting: MetadataSelection())
        #expect(
            fixture.server.lines == [
                "PATCH /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/w?fieldManager=tester"
            ])
        #expect(fields(fixture.server.requests[0]).last == "content-type: application/json-patch+json")
    }

    @Test("creates a Secret, asks for no data in return, and shows none when that is refused")
    func createSecret() async throws {
        let status = #"{"kind":"Status","message":"\#(canary)","reason":"Invalid","code":422}"#
        let fixture = try Fixture([.answer(201, object("a", version: "1")), .answer(422, status)])
        func create() async throws {
            try await fixture.client.createSecret(
                key, type: "Opaque", labels: ["l\"": "1", "k": "2"],
                data: ["b": Redacted(Array(canary.utf8)), "a": Redacted([1])])
        }
        try await create()
        #expect(fixture.server.lines == ["POST /api/v1/namespaces/ns/secrets?fieldManager=tester"])
        #expect(fields(fixture.server.requests[0]).first?.contains("PartialObjectMetadata") == true)
        var body = #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a-github-token","labels":"#
        body += #"{"k":"2","l\"":"1"}},"type":"Opaque","data":{"a":"AQ==","b":""#
        #expect(String(decoding: fixture.server.requests[0].body, as: UTF8.self).hasPrefix(body))
        let error = await #expect(throws: KubernetesError.self) { try await create() }
        #expect(error?.code == .invalid && error?.message.contains(canary) == false)
    }

    @Test("tries an object without storing it, also outside namespaces")
    func trial() async throws {
        let fixture = try Fixture([.answer(201, "{}"), .answer(201, "{}")])
        _ = try await fixture.client.create(.pods, namespace: "ns", body: [], isTrial: true)
        _ = try await fixture.client.create(.subjectAccessReviews, namespace: nil, body: [])
        #expect(
            fixture.server.lines == [
                "POST /api/v1/namespaces/ns/pods?fieldManager=tester&dryRun=All",
                "POST /apis/authorization.k8s.io/v1/subjectaccessreviews?fieldManager=tester",
            ])
    }

    @Test("reads whole objects page by page")
    func pages() async throws {
        let fixture = try Fixture([.ok("{}"), .ok("{}")])
        let pods = ObjectSelection(.pods, labelSelector: "a in (b,c)", fieldSelector: "status.phase!=Failed")
        _ = try await fixture.client.page(pods, limit: 2)
        #expect(try await fixture.client.page(pods, limit: 2, continuation: "c=") == Array("{}".utf8))
        let query = "labelSelector=a%20in%20%28b%2Cc%29&fieldSelector=status.phase%21%3DFailed&limit=2"
        #expect(fixture.server.lines == ["GET /api/v1/pods?\(query)", "GET /api/v1/pods?\(query)&continue=c%3D"])
        #expect(fields(fixture.server.requests[0]).first == "accept: application/json")
    }

    @Test("asks for the server's version, which stays on one line")
    func version() async throws {
        let fixture = try Fixture([.ok(#"{"gitVersion": "v1.32.0\n"}"#), .ok("{}"), .ok("<html>")])
        #expect(try await fixture.client.serverVersion() == "v1.32.0 ")
        #expect(fixture.server.lines == ["GET /version"])
        for _ in 0..<2 {
            await #expect(throws: KubernetesError(.malformed, "GET /version: the answer names no version")) {
                try await fixture.client.serverVersion()
            }
        }
    }

    @Test("creates objects")
    func create() async throws {
        let fixture = try Fixture([.answer(201, "{\"x\":1}")])
        let made = try await fixture.client.create(.events, namespace: "ns", body: Array("{}".utf8))
        #expect(made == Array("{\"x\":1}".utf8))
        #expect(fixture.server.lines == ["POST /api/v1/namespaces/ns/events?fieldManager=tester"])
        #expect(fixture.server.requests[0].body == Array("{}".utf8))
        #expect(fields(fixture.server.requests[0]).last == "content-type: application/json")
    }

    @Test(
        "classes failures by their reason, then by their code",
        arguments: [
            (409, "Conflict", KubernetesError.Code.conflict), (409, "AlreadyExists", .alreadyExists),
            (409, "", .conflict),
            (404, "NotFound", .notFound), (403, "Forbidden", .forbidden), (401, "Unauthorized", .unauthorized),
            (410, "Expired", .expired), (410, "", .expired), (429, "TooManyRequests", .tooManyRequests),
            (422, "Invalid", .invalid), (400, "BadRequest", .invalid), (413, "RequestEntityTooLarge", .rejected),
            (500, "InternalError", .server), (503, "ServiceUnavailable", .server), (504, "Timeout", .server),
            (502, "", .server), (302, "", .rejected), (415, "UnsupportedMediaType", .rejected),
        ])
    func classes(code: Int, reason: String, expected: KubernetesError.Code) async throws {
        let error = try await failure(.answer(code, status(code, reason, "why")))
        #expect(error.code == expected)
        #expect(error.status?.code == code)
        #expect(error.isTransient == [.server, .tooManyRequests].contains(expected))
        #expect(
            error.message
                == "PATCH secrets \"a-github-token\" in namespace \"ns\": the API server answered \(code)"
                + (reason.isEmpty ? "" : " \(reason)") + ": why")
    }

    @Test("keeps the causes and the time to wait")
    func details() async throws {
        let causes = (0..<20).map { #"{"reason":"FieldValueInvalid","message":"m\#($0)","field":"data"}"# }
        let error = try await failure(
            .answer(
                422, fields: [("retry-after", " 5 ")],
                status(
                    422, "Invalid", "w",
                    details: #"{"retryAfterSeconds":3,"causes":[\#(causes.joined(separator: ","))]}"#)))
        #expect(error.status?.causes.count == 8)
        #expect(error.status?.causes.first == .init(reason: "FieldValueInvalid", message: "m0", field: "data"))
        #expect(error.retryAfter == .seconds(5))
    }

    @Test("bounds what a server says and keeps it on one line")
    func boundedMessages() async throws {
        let long = String(repeating: "é\\n", count: 1000)
        let error = try await failure(.answer(403, status(403, "Forbidden", long)))
        #expect(error.message.utf8.count < 650)
        #expect(error.message.hasSuffix("…"))
        #expect(error.status?.message.utf8.count == 512)
        #expect(!error.message.contains("\n"))
    }

    @Test(
        "shows nothing of an answer that is no Status", arguments: [canary, "{\"data\":\"\(canary)\"}", "<\(canary)>"])
    func foreignBodies(body: String) async throws {
        let error = try await failure(.answer(502, body))
        #expect(
            error.message == "PATCH secrets \"a-github-token\" in namespace \"ns\": the API server answered 502")
    }

    @Test(
        "withholds words that may quote a Secret",
        arguments: [
            (400, "BadRequest"), (422, "Invalid"), (500, "InternalError"), (403, "Forbidden"), (406, ""),
        ])
    func echoes(code: Int, reason: String) async throws {
        let body = status(
            code, reason, "webhook w denied the request: \(canary) cannot be",
            details: #"{"causes":[{"reason":"R","message":"\#(canary)","field":"data"}]}"#)
        let error = try await failure(.answer(code, body), secret: true)
        #expect(!"\(error) \(error.status as Any)".contains(canary))
        #expect(error.message.contains("(message withheld, because it may quote a secret)"))
        #expect(error.status?.causes == [.init(reason: "R", message: "", field: "data")])
        #expect(try await failure(.answer(code, body)).message.contains("denied the request"))
    }

    @Test(
        "hides what looks like a credential, whatever was asked for",
        arguments: [
            "ghs_16C7e42F292c6912E7710c838347Ae178B4a", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "Z2hzXzE2QzdlNDJGMjkyYzY5MTI=",
            "MIIEpAIBAAKCAQEAtJ0pVvR7uYzPq3mX", "-----BEGIN RSA PRIVATE KEY-----", "{\"t\":\"github_pat_11\"}",
        ])
    func credentials(text: String) async throws {
        let quoted = text.replacing("\"", with: "\\\"")
        let body = status(
            500, "\(quoted)", "decoding \(quoted) failed",
            details: #"{"causes":[{"reason":"\#(quoted)","message":"\#(quoted)","field":"\#(quoted)"}]}"#)
        for secret in [false, true] {
            let error = try await failure(.answer(500, body), secret: secret)
            #expect(!"\(error) \(error.status as Any)".contains(text))
        }
        #expect(try await failure(.answer(500, body)).message.hasSuffix(" failed"))
    }

    @Test("leaves names and paths as they are, however long")
    func names() async throws {
        let words = "secrets \\\"\(String(repeating: "a-1.", count: 60))\\\" spec.template.spec.containers[0].envFrom"
        let error = try await failure(.answer(500, status(500, "InternalError", words)))
        #expect(error.status?.message == words.replacing("\\", with: ""))
    }

    @Test("withholds words about a Secret that was read whole")
    func readSecrets() async throws {
        let fixture = try Fixture([.answer(500, status(500, "InternalError", "cannot decode \(canary)"))])
        let error = await #expect(throws: KubernetesError.self) { try await fixture.client.get(.secrets, key) }
        #expect(error?.message.contains(canary) == false)
        #expect(error?.message.contains("message withheld") == true)
    }

    @Test("shows what an authorizer says about a Secret")
    func authorizer() async throws {
        let message = "secrets \\\"a\\\" is forbidden: User \\\"u\\\" cannot patch resource \\\"secrets\\\""
        let error = try await failure(.answer(403, status(403, "Forbidden", message)), secret: true)
        #expect(error.message.hasSuffix("User \"u\" cannot patch resource \"secrets\""))
    }

    @Test("tells when there is no answer, and counts it as client-go does")
    func transportFailures() async throws {
        let fixture = try Fixture([.failure(.timedOut), .failure(.responseTooLarge)])
        let first = await #expect(throws: KubernetesError.self) { try await fixture.client.get(.secrets, key) }
        #expect(first?.code == .transport)
        #expect(first?.transport?.code == .timedOut)
        #expect(first?.isTransient == true)
        #expect(
            first?.message == "GET secrets \"a-github-token\" in namespace \"ns\": api.test did not answer")
        let second = await #expect(throws: KubernetesError.self) { try await fixture.client.get(.secrets, key) }
        #expect(second?.code == .tooLarge)
        #expect(fixture.listener.lines == ["<error> GET api.test:6443", "<error> GET api.test:6443"])
    }

    @Test(
        "refuses answers that are not what was asked for",
        arguments: ["", "{}", "[]", #"{"metadata":{}}"#, "{\"metadata\":\"\(canary)"])
    func malformedAnswers(body: String) async throws {
        let error = try await failure(.ok(body))
        #expect(error.code == .malformed)
        #expect(!error.message.contains(canary))
    }

    @Test("tries a change five times before somebody who always writes wins")
    func conflicts() async throws {
        let conflict = FakeServer.Reply.answer(409, status(409, "Conflict", "the object has been modified"))
        let fixture = try Fixture([.ok("{}"), conflict, .ok("{}"), conflict, .ok("{}"), conflict, .ok("{}"), .ok("{}")])
        var generator = LowestGenerator()
        try await fixture.client.retryingOnConflict(using: &generator) { () async throws(KubernetesError) in
            _ = try await fixture.client.get(.secrets, key)
            _ = try await fixture.client.patch(.secrets, key, body: [])
        }
        #expect(fixture.server.requests.count == 8)
        #expect(fixture.clock.slept == Array(repeating: .milliseconds(10), count: 3))

        let stubborn = try Fixture(Array(repeating: conflict, count: 9))
        let error = await #expect(throws: KubernetesError.self) {
            try await stubborn.client.retryingOnConflict(using: &generator) { () async throws(KubernetesError) in
                _ = try await stubborn.client.patch(.secrets, key, body: [])
            }
        }
        #expect(error?.code == .conflict)
        #expect(stubborn.server.requests.count == 5)
    }
}

@Suite("Tokens from a file")
struct TokenFileTests {
    private let key = ObjectKey(namespace: "ns", name: "a")
    private let unauthorized = FakeServer.Reply.answer(401, status(401, "Unauthorized", "Unauthorized"))

    private func tokens(_ fixture: Fixture) -> [String] {
        fixture.server.requests.compactMap { $0.fields.first { $0.name == "authorization" }?.value }
    }

    @Test("are read again after a minute")
    func reread() async throws {
        let files = Files(["/token": "one\n"])
        let fixture = try Fixture(
            Array(repeating: .ok("{}"), count: 4), credential: .tokenFile("/token"), files: files)
        _ = try await fixture.client.get(.secrets, key)
        files.write("two", to: "/token")
        fixture.clock.advance(by: .seconds(59))
        _ = try await fixture.client.get(.secrets, key)
        fixture.clock.advance(by: .seconds(1))
        _ = try await fixture.client.get(.secrets, key)
        // The file is away for a moment, as when its mount changes.
        files.write(nil, to: "/token")
        fixture.clock.advance(by: .seconds(60))
        _ = try await fixture.client.get(.secrets, key)
        #expect(tokens(fixture) == ["Bearer one", "Bearer one", "Bearer two", "Bearer two"])
    }

    @Test("are read again after a 401, with one more try")
    func rejected() async throws {
        let files = Files(["/token": "one"])
        let fixture = try Fixture(
            [.ok("{}"), unauthorized, .ok("{}"), unauthorized, unauthorized], credential: .tokenFile("/token"),
            files: files)
        _ = try await fixture.client.get(.secrets, key)
        files.write("two", to: "/token")
        _ = try await fixture.client.get(.secrets, key)
        let error = await #expect(throws: KubernetesError.self) { try await fixture.client.get(.secrets, key) }
        #expect(error?.code == .unauthorized)
        #expect(tokens(fixture) == ["Bearer one", "Bearer one", "Bearer two", "Bearer two", "Bearer two"])
    }

    @Test("are read again for watches too")
    func rejectedWatch() async throws {
        let fixture = try Fixture(
            [unauthorized, .stream([])], credential: .tokenFile("/token"), files: Files(["/token": "one"]))
        _ = try await fixture.client.watch(ObjectSelection(.secrets), from: "1", seconds: 300, silence: .seconds(65))
        #expect(fixture.listener.lines == ["401 GET api.test:6443", "200 GET api.test:6443"])
    }

    @Test("are not tried again when they cannot change")
    func fixedToken() async throws {
        let fixture = try Fixture([unauthorized])
        let error = await #expect(throws: KubernetesError.self) { try await fixture.client.get(.secrets, key) }
        #expect(error?.code == .unauthorized)
        #expect(fixture.server.requests.count == 1)
    }

    @Test(
        "that are no tokens are not sent and not shown",
        arguments: [nil, "", " \n", "\(canary)\r\nx-evil: 1", "\(canary) x", String(repeating: "x", count: 8193)])
    func badFiles(text: String?) async throws {
        let files = Files([:])
        files.write(text, to: "/token")
        let fixture = try Fixture([], credential: .tokenFile("/token"), files: files)
        let error = await #expect(throws: KubernetesError.self) { try await fixture.client.get(.secrets, key) }
        #expect(error?.code == .credentials)
        #expect(error?.message == "The token file /token " + (text == nil ? "cannot be read" : "holds no token"))
        #expect(fixture.server.requests.isEmpty)
    }
}

@Suite("A transport with certificates that change")
struct ReloadingTransportTests {
    private let request = OutgoingRequest("GET", "https://api.test:6443/")

    @Test("is made anew when the file has changed, and goes on with the old one when it is bad")
    func reload() async throws {
        let files = Files(["/ca": "one"])
        let clock = ManualClock()
        let one = FakeServer([.ok("1"), .ok("1"), .failure(.tlsFailed), .failure(.tlsFailed)])
        let two = FakeServer([.ok("2"), .ok("2"), .ok("2")])
        let transport = ReloadingTransport(
            try ClusterAccess(server: "https://api.test:6443", authority: .file("/ca"), tlsServerName: "k8s"),
            clock: clock, readFile: files.read
        ) { material throws(TransportError) in
            #expect(material.serverName == "k8s")
            switch String(decoding: material.authority ?? [], as: UTF8.self) {
            case "one": return one
            case "two": return two
            default: throw TransportError(.tlsFailed, "not PEM")
            }
        }
        func ask() async throws -> String {
            String(decoding: try await transport.send(request).body, as: UTF8.self)
        }
        #expect(try await ask() == "1")
        #expect(try await ask() == "1")
        // The same file: the failure is the server's.
        await #expect(throws: TransportError(.tlsFailed, "api.test did not answer")) { try await ask() }
        files.write("two", to: "/ca")
        // Found out before the minute is over.
        #expect(try await ask() == "2")
        files.write("junk", to: "/ca")
        clock.advance(by: .seconds(60))
        #expect(try await ask() == "2")
        files.write(nil, to: "/ca")
        clock.advance(by: .seconds(60))
        #expect(try await ask() == "2")
        #expect(one.requests.count == 4)
    }

    @Test("fails without the file, naming it")
    func missingFile() async throws {
        let transport = ReloadingTransport(
            try ClusterAccess(server: "https://api.test:6443", authority: .file("/ca")), clock: ManualClock(),
            readFile: Files([:]).read
        ) { _ throws(TransportError) in FakeServer([]) }
        await #expect(throws: TransportError(.tlsFailed, "Cannot read /ca")) { try await transport.send(request) }
    }
}
