import PodManifests
import Testing
import TokenRefresh

@testable import InstallationCheck
@testable import Kubernetes
@testable import PodWiring

@Suite("Managed Secrets")
struct SecretCheckTests {
    private static let now = Timestamp(seconds: 1_767_225_600)
    private let check = SecretCheck(
        now: now, margin: .seconds(300), refresher: "kelos-token-refresher", systemNamespace: "kelos-token-system")

    private func secret(
        _ name: String, in namespace: String = "a", expires: Int? = 3600, app: String? = "app", owner: String? = nil,
        keys: Set<String>? = nil, isDeleted: Bool = false
    ) -> ObjectMetadata {
        var annotations: [String: String] = [:]
        annotations["kelos.dev/github-app-secret"] = app
        annotations["kelos.dev/token-expires-at"] = expires.map { (Self.now + .seconds($0)).rfc3339 }
        return ObjectMetadata(
            name: name, namespace: namespace, uid: "u", resourceVersion: "1", creationTimestamp: "2025-12-31T23:00:00Z",
            deletionTimestamp: isDeleted ? "2025-12-31T23:30:00Z" : nil, annotations: annotations,
            owners: owner.map {
                [
                    ObjectMetadata.Owner(
                        apiVersion: "kelos.dev/v1alpha2", kind: "Task", name: $0, uid: "o", isController: true)
                ]
            } ?? [], dataKeys: keys)
    }

    private func lives(_ secrets: [ObjectMetadata], used: Set<ObjectKey> = []) -> CheckResult {
        check.lives(SecretCheck.managed(secrets, used: used))
    }

    @Test("are none")
    func none() {
        #expect(lives([secret("s", app: nil), secret("d", isDeleted: true)]) == .ok(.secrets, "0 managed Secrets"))
    }

    @Test("hold fresh tokens, until the margin begins")
    func fresh() {
        #expect(
            lives([secret("s", expires: 300)])
                == .ok(.secrets, "1 managed Secret; every token in use is fresh", details: ["a/s: 5m 0s left"]))
    }

    @Test("are late within the margin, and have failed at the end")
    func late() {
        #expect(lives([secret("s", expires: 299)]).verdict == .warning)
        let ended = lives([secret("s", expires: 0), secret("t", expires: 1)])
        #expect(ended.verdict == .failed)
        #expect(ended.message == "2 managed Secrets; 1 in use without a token that works")
        #expect(ended.details == ["a/s: expired 0s ago", "a/t: 1s left"])
    }

    @Test("without an expiry or a token have failed")
    func empty() {
        #expect(lives([secret("s", expires: nil)]).verdict == .failed)
        let empty = lives([secret("s", keys: [])])
        #expect(empty.verdict == .failed)
        #expect(empty.details == ["a/s: no token, or no kelos.dev/token-expires-at that can be read"])
        #expect(lives([secret("s", keys: ["GITHUB_TOKEN"])]).verdict == .ok)
    }

    @Test("of Kelos count while a pod names them")
    func use() {
        let idle = secret("s", expires: -60, owner: "t")
        let result = lives([idle])
        #expect(result.verdict == .ok && result.message == "1 managed Secret, 1 of them used by nobody")
        #expect(result.details == ["a/s: expired 1m 0s ago, used by nobody"])
        #expect(lives([idle], used: [ObjectKey(namespace: "b", name: "s")]).verdict == .ok)
        #expect(lives([idle], used: [ObjectKey(namespace: "a", name: "s")]).verdict == .failed)
    }

    @Test("are listed by urgency")
    func order() {
        let all = [
            secret("idle", expires: -5, owner: "t"), secret("z", expires: 900), secret("b", expires: 900),
            secret("soon", expires: 400), secret("never", expires: nil),
        ]
        #expect(
            SecretCheck.managed(all, used: []).map(\.key.name) == ["never", "soon", "b", "z", "idle"])
    }

    @Test("may wait for adoption, if a pod uses them")
    func adoption() {
        let waiting = secret("fix-github-token", expires: nil, app: nil, owner: "fix")
        let used: Set = [ObjectKey(namespace: "a", name: "fix-github-token"), ObjectKey(namespace: "a", name: "other")]
        #expect(SecretCheck.candidates([waiting], used: []) == [])
        let candidates = SecretCheck.candidates(
            [
                waiting, secret("other", app: nil, owner: "fix"),
                secret("fix-github-token", in: "b", app: nil, owner: "fix"),
            ],
            used: used)
        #expect(candidates == [ObjectKey(namespace: "a", name: "fix-github-token")])
        #expect(check.adoption(candidates).verdict == .warning)
        #expect(check.adoption([]).verdict == .ok)
    }
}

@Suite("Secrets of Apps")
struct SourceCheckTests {
    private func source(_ name: String, _ keys: Set<String>) -> (key: ObjectKey, reading: Reading<SecretContents>) {
        let metadata = ObjectMetadata(name: name, namespace: "a", uid: "", resourceVersion: "1")
        return (ObjectKey(namespace: "a", name: name), .found(SecretContents(metadata: metadata, keys: keys)))
    }

    @Test("have all three keys")
    func complete() {
        let app = source("app", ["appID", "installationID", "privateKey", "more"])
        #expect(
            SourceCheck.result([app], unread: 0)
                == .ok(.sources, "1 App Secret has appID, installationID, privateKey"))
        #expect(SourceCheck.result([app, app], unread: 3).message.hasSuffix("privateKey; 3 more not read"))
        #expect(SourceCheck.result([], unread: 0).verdict == .ok)
    }

    @Test("lack keys, are missing, or out of sight")
    func broken() {
        let key = ObjectKey(namespace: "a", name: "gone")
        let result = SourceCheck.result(
            [source("app", ["appID"]), (key, .missing), (key, .forbidden("no"))], unread: 0)
        #expect(result.verdict == .failed && result.message == "2 App Secrets cannot be used")
        #expect(result.details == ["a/app lacks installationID, privateKey", "a/gone does not exist"])
        #expect(SourceCheck.result([(key, .forbidden("no"))], unread: 0).verdict == .skipped)
        #expect(SourceCheck.result([(key, .failed("500"))], unread: 0).verdict == .failed)
    }
}

@Suite("Pods that run")
struct PodCheckTests {
    private static let key = ObjectKey(namespace: "a", name: "fix-token")

    private func pod(_ name: String, lack: JudgedPod.Lack?) -> JudgedPod {
        JudgedPod(
            metadata: ObjectMetadata(name: name, namespace: "a", uid: name, resourceVersion: "1"), lack: lack,
            isOnNode: false, secrets: ["fix-token"])
    }

    @Test("are those that the manifest's webhooks are asked about")
    func selectors() throws {
        let shipped = try Registration.entries().filter(\.isAboutPods)
        #expect(shipped.map(\.objectSelector.query) == WebhookSelectors.pods)
    }

    @Test("are all wired, or none is there")
    func wired() {
        let check = PodCheck(shortLived: [Self.key])
        #expect(check.result(.found([])) == .ok(.pods, "no pod runs that should be wired"))
        let wired = [pod("wired", lack: nil)]
        #expect(check.result(.found(wired)) == .ok(.pods, "every pod that should be wired is: 1"))
    }

    @Test("were missed, which is a failure where the token ends")
    func missed() {
        let lack = JudgedPod.Lack(secret: "fix-token", containers: "clone,kelos-agent")
        let pods: Reading = .found([pod("one", lack: lack), pod("two", lack: lack)])
        let result = PodCheck(shortLived: [Self.key]).result(pods)
        #expect(result.verdict == .failed)
        #expect(result.message.hasPrefix("2 pods lack the token's file"))
        #expect(
            result.details == [
                "a/one: clone, kelos-agent, Secret fix-token", "a/two: clone, kelos-agent, Secret fix-token",
            ])
        #expect(PodCheck(shortLived: []).result(pods).verdict == .warning)
    }

    @Test("may be out of sight")
    func forbidden() {
        #expect(PodCheck(shortLived: []).result(.forbidden("no")).verdict == .skipped)
        #expect(PodCheck(shortLived: []).result(.failed("500")).verdict == .failed)
    }
}
