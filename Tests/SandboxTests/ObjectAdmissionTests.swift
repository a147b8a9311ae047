import HTTPSemantics
import PodManifests
import Sandbox
import Synchronization
import Testing

@Suite("New and changed objects pass the webhooks that are configured for them")
struct ObjectAdmissionTests {
    /// Plays the webhooks: each is known by its name.
    private final class Webhooks: AdmissionCaller {
        struct Unreachable: Error {}
        let asked = Mutex<[ManifestValue]>([])

        func call(_ webhook: ManifestValue, review: [UInt8]) async throws -> [UInt8] {
            let review = try ManifestValue(json: review)
            asked.withLock { $0.append(review) }
            var response: ManifestValue = ["uid": review["request"]?["uid"] ?? .null]
            switch webhook["name"]?.string {
            case "patch":
                // [{"op":"add","path":"/metadata/annotations","value":{"seen":"yes"}}]
                response.set("allowed", .bool(true))
                response.set("patchType", "JSONPatch")
                response.set(
                    "patch",
                    "W3sib3AiOiJhZGQiLCJwYXRoIjoiL21ldGFkYXRhL2Fubm90YXRpb25zIiwidmFsdWUiOnsic2VlbiI6InllcyJ9fV0=")
            case "deny":
                response.set("allowed", .bool(false))
                response.set("status", ["code": .number(422), "reason": "Invalid", "message": "no"])
            default: throw Unreachable()
            }
            return JSONWriter.compact([
                "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response,
            ])
        }
    }

    /// Ends its stream when the answer has news, so that a test can wait for it.
    private final class Signal: StreamWaker {
        let news = AsyncStream<Void>.makeStream()
        func streamHasNews() { news.continuation.yield() }
    }

    private let webhooks = Webhooks()

    private static let newPods: ManifestValue = [
        "operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
    ]

    private static let tasks: ManifestValue = [
        "operations": ["CREATE", "UPDATE"], "apiGroups": ["kelos.dev"], "apiVersions": ["v1alpha1", "v1alpha2"],
        "resources": ["tasks"],
    ]

    private func configured(
        _ name: String, rule: ManifestValue = newPods, _ more: [ManifestMember] = []
    ) throws -> Cluster {
        let cluster = Cluster(admission: webhooks)
        var webhook: ManifestValue = ["name": .string(name), "rules": [rule]]
        for member in more { webhook.set(member.key, member.value) }
        let created = try cluster.send(
            "POST", "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
            ["metadata": ["name": "w"], "webhooks": [webhook]])
        #expect(created.status == 201)
        return cluster
    }

    private static let pod: ManifestValue = ["metadata": ["name": "p", "labels": ["app": "x"]], "spec": ["a": "b"]]

    /// Creates the pod and gives the answer's status, once the webhooks have spoken.
    private func create(_ cluster: Cluster, query: String = "") async throws -> UInt16 {
        try await status(
            cluster,
            SandboxRequest("POST", "/api/v1/namespaces/default/pods\(query)", body: JSONWriter.compact(Self.pod)))
    }

    private func status(_ cluster: Cluster, _ request: SandboxRequest) async throws -> UInt16 {
        switch cluster.answer(request) {
        case .whole(let whole): return whole.status
        case .open: throw APIStatus.badRequest("a watch")
        case .later(let stream):
            let signal = Signal()
            stream.attach(signal)
            var news = signal.news.stream.makeAsyncIterator()
            while stream.isHeld { await news.next() }
            return try #require(stream.takeHead()).status.code
        }
    }

    @Test("a patch is applied to what is stored, and the review is that of the API server")
    func patch() async throws {
        let cluster = try configured("patch")
        #expect(try await create(cluster) == 201)
        let stored = try #require(cluster.api.object(.pods, "default", "p"))
        #expect(stored.metadata["annotations"] == ["seen": "yes"])
        let request = try #require(webhooks.asked.withLock { $0.first?["request"] })
        #expect(request["operation"] == "CREATE" && request["namespace"] == "default")
        #expect(request["object"]?["kind"] == "Pod" && request["object"]?["apiVersion"] == "v1")
    }

    @Test("a denial is passed on and nothing is stored")
    func denial() async throws {
        let cluster = try configured("deny")
        #expect(try await create(cluster) == 422)
        #expect(cluster.api.object(.pods, "default", "p") == nil)
    }

    @Test("a webhook that cannot be reached fails the pod, or is ignored if it may be")
    func unreachable() async throws {
        #expect(try await create(try configured("gone")) == 500)
        let lenient = try configured("gone", rule: Self.newPods, [ManifestMember("failurePolicy", "Ignore")])
        #expect(try await create(lenient) == 201)
    }

    @Test(
        "selectors of namespace and object decide who is asked",
        arguments: [
            ("objectSelector", ManifestValue.object([ManifestMember("matchLabels", ["app": "x"])]), 1),
            ("objectSelector", ["matchLabels": ["app": "y"]], 0),
            ("objectSelector", ["matchExpressions": [["key": "app", "operator": "DoesNotExist"]]], 0),
            (
                "namespaceSelector",
                [
                    "matchExpressions": [
                        ["key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]]
                    ]
                ], 1
            ),
        ] as [(String, ManifestValue, Int)])
    func selectors(_ field: String, _ selector: ManifestValue, _ count: Int) async throws {
        let cluster = try configured("patch", rule: Self.newPods, [ManifestMember(field, selector)])
        #expect(try await create(cluster) == 201)
        #expect(webhooks.asked.withLock { $0.count } == count)
    }

    @Test("a dry run is asked about as one, answered as if it were done, and stores nothing")
    func trial() async throws {
        let cluster = try configured("patch")
        #expect(try await create(cluster, query: "?dryRun=All") == 201)
        #expect(cluster.api.object(.pods, "default", "p") == nil)
        #expect(webhooks.asked.withLock { $0.first?["request"]?["dryRun"] } == .bool(true))
    }

    @Test("a change is shown beside what was there, and what the webhooks made of it is stored")
    func update() async throws {
        let cluster = try configured("patch", rule: Self.tasks)
        try cluster.api.add([
            "apiVersion": "kelos.dev/v1alpha2", "kind": "Task", "metadata": ["name": "t"], "spec": ["prompt": "a"],
        ])
        let patch: ManifestValue = ["spec": ["prompt": "b"]]
        let request = SandboxRequest(
            "PATCH", "/apis/kelos.dev/v1alpha1/namespaces/default/tasks/t",
            contentType: "application/merge-patch+json", body: JSONWriter.compact(patch))
        #expect(try await status(cluster, request) == 200)
        let stored = try #require(cluster.api.object(.tasks, "default", "t"))
        #expect(stored.metadata["annotations"] == ["seen": "yes"] && stored["spec"] == ["prompt": "b"])
        let asked = try #require(webhooks.asked.withLock { $0.first?["request"] })
        #expect(asked["operation"] == "UPDATE" && asked["oldObject"]?["spec"] == ["prompt": "a"])
        #expect(asked["object"]?["apiVersion"] == "kelos.dev/v1alpha1")
    }

    @Test("a change that is denied leaves the object as it was")
    func deniedUpdate() async throws {
        let cluster = try configured("deny", rule: Self.tasks)
        try cluster.api.add([
            "apiVersion": "kelos.dev/v1alpha2", "kind": "Task", "metadata": ["name": "t"], "spec": ["prompt": "a"],
        ])
        let before = try #require(cluster.api.object(.tasks, "default", "t"))
        var changed = before
        changed.set("spec", ["prompt": "b"])
        changed.set("apiVersion", "kelos.dev/v1alpha2")
        let request = SandboxRequest(
            "PUT", "/apis/kelos.dev/v1alpha2/namespaces/default/tasks/t", body: JSONWriter.compact(changed))
        #expect(try await status(cluster, request) == 422)
        #expect(cluster.api.object(.tasks, "default", "t") == before)
    }
}
