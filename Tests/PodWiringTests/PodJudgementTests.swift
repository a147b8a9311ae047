import Kubernetes
import PodManifests
import Testing

@testable import PodWiring

@Suite("Pods of the cluster")
struct PodJudgementTests {
    private static let kelos: ManifestValue = [
        "kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task",
    ]

    private func page(_ pods: [ManifestValue], continuation: String = "") -> [UInt8] {
        JSONWriter.compact(["metadata": ["continue": .string(continuation)], "items": .array(pods)])
    }

    private func pod(
        _ name: String, in namespace: String = "a", labels: ManifestValue = kelos, isDeleted: Bool = false,
        phase: String? = nil, node: String? = nil
    ) -> ManifestValue {
        var metadata: ManifestValue = [
            "name": .string(name), "namespace": .string(namespace), "uid": .string("uid-\(name)"), "labels": labels,
            "ownerReferences": [
                ["apiVersion": "batch/v1", "kind": "Job", "name": "fix", "uid": "j", "controller": .bool(true)]
            ],
        ]
        if isDeleted { metadata.set("deletionTimestamp", "2026-01-01T00:00:00Z") }
        let env: ManifestValue = [
            "name": "GITHUB_TOKEN",
            "valueFrom": ["secretKeyRef": ["name": "fix-token", "key": "GITHUB_TOKEN"]],
        ]
        var pod: ManifestValue = [
            "metadata": metadata,
            "spec": [
                "volumes": [["name": "v", "secret": ["secretName": "files"]]],
                "initContainers": [["name": "clone", "env": [env]]],
                "containers": [["name": "kelos-agent", "env": [env]]],
            ],
        ]
        pod.set(path: ["status", "phase"], phase.map { .string($0) })
        pod.set(path: ["spec", "nodeName"], node.map { .string($0) })
        return pod
    }

    private func judged(_ pods: [ManifestValue]) throws -> [JudgedPod] {
        try #require(PodJudgement(systemNamespace: "kelos-token-system").page(page(pods))).pods
    }

    @Test("are judged by what the webhook would do with them")
    func judgement() throws {
        let found = try judged([
            pod("missed"), pod("own", in: "kelos-token-system"), pod("gone", isDeleted: true),
            pod("plain", labels: [:]), pod("out", labels: ["kelos.dev/github-token": "disabled"]),
        ])
        #expect(found.map(\.label) == ["a/missed", "kelos-token-system/own", "a/plain", "a/out"])
        #expect(found.map { $0.lack != nil } == [true, false, false, false])
        #expect(found[0].lack == JudgedPod.Lack(secret: "fix-token", containers: "clone,kelos-agent"))
        #expect(found[0].secrets == ["files", "fix-token"])
        #expect(found[0].metadata.uid == "uid-missed")
        #expect(found[0].metadata.controller?.name == "fix")
    }

    @Test("lack nothing once the webhook has wired them")
    func wired() throws {
        var missed = pod("missed")
        missed.set("apiVersion", "v1")
        missed.set("kind", "Pod")
        let manifest = try ManifestReader.manifests(in: JSONWriter.compact(missed), file: "pod")[0]
        let wired = try PodMutation(defaultNamespace: "a").mutated(manifest).value
        #expect(try judged([missed, wired]).map { $0.lack == nil } == [false, true])
    }

    @Test(
        "are on a node while they run, and while their node prepares them",
        arguments: [
            ("Running", nil, true), ("Running", "n", true), ("Pending", "n", true), ("Pending", nil, false),
            ("Pending", "", false), ("Succeeded", "n", false), ("Failed", "n", false), ("Unknown", "n", false),
            (nil, "n", false),
        ] as [(String?, String?, Bool)])
    func node(phase: String?, node: String?, isOnNode: Bool) throws {
        #expect(try judged([pod("one", phase: phase, node: node)])[0].isOnNode == isOnNode)
    }

    @Test("come in pages")
    func pages() throws {
        let judgement = PodJudgement()
        #expect(judgement.page(page([], continuation: "next"))?.continuation == "next")
        #expect(judgement.page(page([]))?.continuation == nil)
        #expect(judgement.page(Array("<html>".utf8)) == nil)
    }
}
