import HTTPSemantics
import PodManifests
import Sandbox
import Synchronization
import Testing

/// An API with a clock that the test moves.
final class Cluster {
    let clock = TestClock()
    let api: KubernetesAPI

    init(_ settings: KubernetesAPI.Settings = KubernetesAPI.Settings(), admission: (any AdmissionCaller)? = nil) {
        api = KubernetesAPI(
            settings: settings, environment: .counting(now: { [clock] in clock.now }), admission: admission)
    }

    func answer(_ request: SandboxRequest) -> SandboxAnswer { api.answer(request) }

    /// Status and body of an answer that is there as a whole.
    func send(
        _ method: String, _ target: String, _ body: ManifestValue? = nil, type: String = "application/json",
        accept: String = ""
    ) throws -> (status: UInt16, body: ManifestValue) {
        let bytes = body.map { JSONWriter.compact($0) } ?? []
        let request = SandboxRequest(method, target, accept: accept, contentType: type, body: bytes)
        let answer = try #require(api.answer(request).whole)
        return (answer.status, try ManifestValue(json: answer.body))
    }

    func makeSecret(_ name: String, labels: ManifestValue = [:]) throws {
        let created = try send(
            "POST", Self.secrets,
            ["metadata": ["name": .string(name), "labels": labels], "stringData": ["GITHUB_TOKEN": "old"]])
        #expect(created.status == 201)
    }

    static let secrets = "/api/v1/namespaces/default/secrets"
}

final class TestClock: Sendable {
    private let seconds = Mutex<Int64>(1_800_000_000)
    var now: Int64 { seconds.withLock { $0 } }
    func advance(_ count: Int64) { seconds.withLock { $0 += count } }
}

@Suite("The Kubernetes API of the sandbox")
struct KubernetesAPITests {
    @Test("a Secret is created, read, patched and deleted, and its revision moves with each change")
    func life() throws {
        let cluster = Cluster()
        try cluster.makeSecret("a")
        let path = Cluster.secrets + "/a"
        let first = try cluster.send("GET", path).body
        #expect(first["data"] == ["GITHUB_TOKEN": "b2xk"])
        #expect(first["apiVersion"] == "v1" && first["kind"] == "Secret" && first["type"] == "Opaque")
        let revision = try #require(first.metadata["resourceVersion"]?.string)
        let patched = try cluster.send(
            "PATCH", path,
            ["metadata": ["resourceVersion": .string(revision), "annotations": ["k": "v"]], "data": ["X": "eA=="]],
            type: "application/merge-patch+json")
        #expect(patched.status == 200)
        #expect(patched.body["data"] == ["GITHUB_TOKEN": "b2xk", "X": "eA=="])
        let late = try cluster.send(
            "PATCH", path, ["metadata": ["resourceVersion": .string(revision)], "data": ["X": .null]],
            type: "application/merge-patch+json")
        #expect(late.status == 409)
        #expect(late.body["reason"] == "Conflict")
        #expect(
            late.body["message"]
                == .string(
                    "Operation cannot be fulfilled on secrets \"a\": the object has been modified; please apply your "
                        + "changes to the latest version and try again"))
        let removed = try cluster.send(
            "PATCH", path, [["op": "remove", "path": "/data/X"]], type: "application/json-patch+json")
        #expect(removed.body["data"] == ["GITHUB_TOKEN": "b2xk"])
        let same = try cluster.send(
            "PATCH", path, ["data": ["GITHUB_TOKEN": "b2xk"]], type: "application/merge-patch+json")
        #expect(same.body.metadata["resourceVersion"] == removed.body.metadata["resourceVersion"])
        #expect(try cluster.send("DELETE", path).body["status"] == "Success")
        let gone = try cluster.send("GET", path)
        #expect(gone.status == 404)
        #expect(gone.body["message"] == "secrets \"a\" not found")
    }

    @Test("refusals carry the API server's reasons")
    func refusals() throws {
        let cluster = Cluster()
        try cluster.makeSecret("a")
        #expect(
            try cluster.send("POST", Cluster.secrets, ["metadata": ["name": "a"]]).body["reason"] == "AlreadyExists")
        #expect(
            try cluster.send("POST", "/api/v1/namespaces/nowhere/secrets", ["metadata": ["name": "a"]]).body["message"]
                == "namespaces \"nowhere\" not found")
        #expect(try cluster.send("POST", Cluster.secrets, ["metadata": ["name": "A_"]]).status == 422)
        #expect(
            try cluster.send("POST", Cluster.secrets, ["metadata": ["name": "b"], "data": ["k": "?"]]).status == 400)
        #expect(try cluster.send("PATCH", Cluster.secrets + "/a", [:], type: "text/plain").status == 415)
        #expect(try cluster.send("GET", "/apis/unknown/v1/things").status == 404)
        #expect(
            try cluster.send(
                "PUT", "/apis/kelos.dev/v1alpha1/namespaces/default/tasks/t", ["metadata": ["name": "t"]]
            ).status == 422)
        let big = String(repeating: "A", count: 1_400_000)
        #expect(
            try cluster.send("POST", Cluster.secrets, ["metadata": ["name": "b"], "data": ["k": .string(big)]]).status
                == 422)
    }

    @Test("an immutable Secret keeps its data")
    func immutable() throws {
        let cluster = Cluster()
        try cluster.makeSecret("a")
        let patch: ManifestValue = ["immutable": .bool(true)]
        #expect(
            try cluster.send("PATCH", Cluster.secrets + "/a", patch, type: "application/merge-patch+json").status == 200
        )
        let change: ManifestValue = ["data": ["GITHUB_TOKEN": "bmV3"]]
        #expect(
            try cluster.send("PATCH", Cluster.secrets + "/a", change, type: "application/merge-patch+json").status
                == 422)
    }

    @Test("pages follow each other to the end, as metadata only when asked")
    func pages() throws {
        let cluster = Cluster()
        for index in 0..<25 { try cluster.makeSecret("s\(100 + index)", labels: ["odd": .string("\(index % 2)")]) }
        let accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        var names: [String] = []
        var target = "/api/v1/secrets?limit=10"
        var pages = 0
        while true {
            let page = try cluster.send("GET", target, accept: accept).body
            pages += 1
            #expect(page["kind"] == "PartialObjectMetadataList")
            for item in page["items"]?.elements ?? [] {
                names.append(item.name)
                #expect(item["data"] == nil && item["kind"] == "PartialObjectMetadata")
            }
            guard let next = page.metadata["continue"]?.string else { break }
            target = "/api/v1/secrets?limit=10&continue=" + next
        }
        #expect(names == (100..<125).map { "s\($0)" })
        #expect(pages == 3)
        let odd = try cluster.send("GET", Cluster.secrets + "?labelSelector=odd%3D1").body
        #expect(odd["items"]?.elements?.count == 12)
    }

    @Test("a continued list from before a compaction is expired")
    func expiredContinue() throws {
        let cluster = Cluster()
        for name in ["a", "b", "c"] { try cluster.makeSecret(name) }
        let next = try #require(try cluster.send("GET", Cluster.secrets + "?limit=1").body.metadata["continue"]?.string)
        try cluster.makeSecret("d")
        cluster.api.disturb(.compact)
        let page = try cluster.send("GET", Cluster.secrets + "?limit=1&continue=" + next)
        #expect(page.status == 410)
        #expect(page.body["reason"] == "Expired")
    }

    @Test("both versions of a Kelos kind show the same object; status has its subresource")
    func versions() throws {
        let cluster = Cluster()
        let tasks = "namespaces/default/tasks"
        _ = try cluster.send(
            "POST", "/apis/kelos.dev/v1alpha1/\(tasks)", ["metadata": ["name": "t"], "spec": ["a": "b"]])
        let seen = try cluster.send("GET", "/apis/kelos.dev/v1alpha2/\(tasks)/t").body
        #expect(seen["apiVersion"] == "kelos.dev/v1alpha2" && seen["spec"] == ["a": "b"])
        let status = try cluster.send(
            "PATCH", "/apis/kelos.dev/v1alpha2/\(tasks)/t/status",
            ["spec": ["a": "c"], "status": ["phase": "Running"]],
            type: "application/merge-patch+json")
        #expect(status.body["spec"] == ["a": "b"] && status.body["status"] == ["phase": "Running"])
    }

    @Test("what an object owns goes with it; finalizers hold it")
    func deletion() throws {
        let cluster = Cluster()
        try cluster.makeSecret("owner")
        let uid = try cluster.send("GET", Cluster.secrets + "/owner").body.uid
        _ = try cluster.send(
            "POST", Cluster.secrets,
            [
                "metadata": [
                    "name": "owned", "ownerReferences": [["uid": .string(uid), "name": "owner", "kind": "Secret"]],
                ]
            ])
        _ = try cluster.send("POST", Cluster.secrets, ["metadata": ["name": "held", "finalizers": ["x/y"]]])
        _ = try cluster.send("DELETE", Cluster.secrets + "/owner")
        #expect(try cluster.send("GET", Cluster.secrets + "/owned").status == 404)
        _ = try cluster.send("DELETE", Cluster.secrets + "/held")
        #expect(try cluster.send("GET", Cluster.secrets + "/held").body.metadata["deletionTimestamp"] != nil)
        _ = try cluster.send(
            "PATCH", Cluster.secrets + "/held", ["metadata": ["finalizers": .null]],
            type: "application/merge-patch+json")
        #expect(try cluster.send("GET", Cluster.secrets + "/held").status == 404)
    }

    @Test("everybody may do everything, and questions about it are not stored")
    func reviews() throws {
        let cluster = Cluster()
        let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        let review: ManifestValue = [
            "spec": ["user": "me", "resourceAttributes": ["verb": "get", "resource": "pods"]]
        ]
        for target in [path, "/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews"] {
            let answer = try cluster.send("POST", target, review)
            #expect(answer.status == 201 && answer.body["status"] == ["allowed": .bool(true)])
            #expect(answer.body["spec"] == review["spec"])
        }
        #expect(try cluster.send("GET", path).status == 405)
        #expect(try cluster.send("DELETE", path + "/a").status == 405)
    }

    @Test("answers are dated, refusals too; a Namespace has its name as a label")
    func dates() throws {
        let cluster = Cluster()
        for path in ["/api/v1/namespaces/default", "/nowhere"] {
            let request = SandboxRequest("GET", path, accept: "", contentType: "", body: [])
            let answer = try #require(cluster.answer(request).whole)
            #expect(answer.fields.first { $0.name == "date" }?.value == "Fri, 15 Jan 2027 08:00:00 GMT")
        }
        let labels = try cluster.send("GET", "/api/v1/namespaces/default").body.labels
        #expect(labels == ["kubernetes.io/metadata.name": "default"])
    }

    @Test("without the token there is only 401")
    func authorization() throws {
        var settings = KubernetesAPI.Settings()
        settings.token = "t"
        let cluster = Cluster(settings)
        #expect(try cluster.send("GET", "/api").status == 401)
        let allowed = cluster.answer(SandboxRequest("GET", "/api", authorization: "Bearer t"))
        #expect(allowed.whole?.status == 200)
        cluster.api.replaceToken("u")
        #expect(cluster.answer(SandboxRequest("GET", "/api", authorization: "Bearer t")).whole?.status == 401)
    }
}
