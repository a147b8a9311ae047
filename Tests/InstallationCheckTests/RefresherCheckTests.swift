import PodManifests
import Testing
import TokenRefresh

@testable import InstallationCheck

@Suite("The refresher's Deployment")
struct DeploymentCheckTests {
    private let check = DeploymentCheck(name: "r", namespace: "n")

    private func deployment(_ available: Int, of wanted: Int = 2, arguments: [String] = []) throws
        -> RefresherDeployment
    {
        var value = try Repository.object("manifests/base/refresher/deployment.yaml")
        value.set(path: ["spec", "replicas"], .number(wanted))
        value.set("status", ["availableReplicas": .number(available)])
        var container = try #require(value[path: ["spec", "template", "spec", "containers"]]?.elements?.first)
        container.set("args", .array((container["args"]?.elements ?? []) + arguments.map { .string($0) }))
        value.set(path: ["spec", "template", "spec", "containers"], [container])
        return RefresherDeployment(value, defaultAccount: "other")
    }

    @Test("runs")
    func runs() throws {
        #expect(
            try check.result(.found(deployment(2)))
                == .ok(.refresher, "Deployment n/r has 2 of 2 replicas available"))
        #expect(try check.result(.found(deployment(3, of: 1))).verdict == .ok)
    }

    @Test("runs in part, not at all, or is not there")
    func not() throws {
        #expect(try check.result(.found(deployment(1))).verdict == .warning)
        #expect(try check.result(.found(deployment(0))).verdict == .failed)
        #expect(try check.result(.found(deployment(0, of: 0))).verdict == .failed)
        #expect(check.result(.missing).verdict == .failed)
        #expect(check.result(.forbidden("no")).verdict == .skipped)
    }

    @Test("tells its account, its namespaces and its margin")
    func arguments() throws {
        let plain = try deployment(2)
        #expect(plain.serviceAccount == "kelos-token-refresher")
        #expect(plain.namespaces == [] && plain.margin == .seconds(300))
        let told = try deployment(
            2,
            arguments: ["--namespace=a", "--namespace", "b", "--refresh-margin=10m", "--namespaces=c", "--namespace"])
        #expect(told.namespaces == ["a", "b"] && told.margin == .seconds(600))
        #expect(try deployment(2, arguments: ["--refresh-margin=soon"]).margin == .seconds(300))
        #expect(RefresherDeployment([:], defaultAccount: "other").serviceAccount == "other")
    }
}

@Suite("The refresher's Lease")
struct LeaseCheckTests {
    private let check = LeaseCheck(name: "r", namespace: "n", now: Timestamp(seconds: 1_767_225_660))

    private func lease(renewed: String, holder: String = "a", seconds: Int = 15) -> Reading<ManifestValue> {
        .found([
            "spec": [
                "holderIdentity": .string(holder), "renewTime": .string(renewed),
                "leaseDurationSeconds": .number(seconds),
            ]
        ])
    }

    @Test("is held and renewed, also by a clock that is a little ahead")
    func held() {
        #expect(
            check.result(lease(renewed: "2026-01-01T00:00:57.500000Z"))
                == .ok(.leader, "a leads; it renewed the Lease 2s ago"))
        #expect(check.result(lease(renewed: "2026-01-01T00:00:30Z")).verdict == .ok)
        #expect(check.result(lease(renewed: "2026-01-01T00:01:05Z")).message.hasSuffix("0s ago"))
    }

    @Test("is held by nobody, left alone, broken, or not there")
    func not() {
        #expect(check.result(lease(renewed: "2026-01-01T00:00:29.999Z")).verdict == .failed)
        #expect(check.result(lease(renewed: "2026-01-01T00:00:59Z", holder: "")).verdict == .failed)
        #expect(check.result(lease(renewed: "now")).verdict == .failed)
        #expect(check.result(.found([:])).verdict == .failed)
        #expect(check.result(.missing).verdict == .failed)
        #expect(check.result(.forbidden("no")).verdict == .skipped)
    }
}

@Suite("The refresher's rights")
struct AccessCheckTests {
    private let account = ServiceAccount(namespace: "n", name: "r")

    @Test("that are asked about are those of the manifests, no more and no less")
    func manifests() throws {
        func rights(_ file: String, isOwn: Bool) throws -> [AccessNeed] {
            let rules = try Repository.object("manifests/base/refresher/\(file).yaml")["rules"]?.elements ?? []
            func texts(_ rule: ManifestValue, _ key: String) -> [String] {
                (rule[key]?.elements ?? []).compactMap(\.string)
            }
            return rules.flatMap { rule in
                texts(rule, "apiGroups").flatMap { group in
                    texts(rule, "resources").flatMap { resource in
                        texts(rule, "verbs").map {
                            AccessNeed(group: group, resource: resource, verb: $0, isOwn: isOwn)
                        }
                    }
                }
            }
        }
        let granted = try rights("clusterrole", isOwn: false) + rights("role", isOwn: true)
        #expect(Set(granted.map { "\($0)" }) == Set(AccessNeed.all.map { "\($0)" }))
        #expect(granted.count == AccessNeed.all.count)
    }

    @Test("are asked about everywhere, or in one namespace")
    func reviews() {
        let patch = AccessNeed(group: "", resource: "secrets", verb: "patch", isOwn: false)
        #expect(
            patch.review(for: account, in: nil, leaseName: "l") == [
                "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                "spec": [
                    "user": "system:serviceaccount:n:r",
                    "groups": ["system:serviceaccounts", "system:serviceaccounts:n", "system:authenticated"],
                    "resourceAttributes": ["verb": "patch", "resource": "secrets"],
                ],
            ])
        let get = AccessNeed(group: "coordination.k8s.io", resource: "leases", verb: "get", isOwn: true)
        let local = get.review(for: account, in: "n", leaseName: "l")
        #expect(local["kind"] == "LocalSubjectAccessReview" && local.namespace == "n")
        #expect(
            local[path: ["spec", "resourceAttributes"]] == [
                "verb": "get", "resource": "leases", "group": "coordination.k8s.io", "namespace": "n", "name": "l",
            ])
        let create = AccessNeed(group: "coordination.k8s.io", resource: "leases", verb: "create", isOwn: true)
        #expect(
            create.review(for: account, in: "n", leaseName: "l")[path: ["spec", "resourceAttributes", "name"]] == nil)
    }

    @Test("are all there, or those that are not are named")
    func answers() {
        let check = AccessCheck(account: account)
        let (get, patch) = (AccessNeed.all[0], AccessNeed.all[3])
        #expect(check.result([(get, nil, .found(true)), (patch, "a", .found(true))]).verdict == .ok)
        let refused = check.result([(get, nil, .found(false)), (patch, "a", .found(false)), (get, "b", .found(true))])
        #expect(refused.verdict == .failed)
        #expect(refused.message == "the ServiceAccount n/r lacks 2 of 3 rights")
        #expect(refused.details == ["get secrets in all namespaces", "patch secrets in namespace a"])
    }

    @Test("may be nobody's to ask about")
    func forbidden() {
        let check = AccessCheck(account: account)
        let result = check.result([(AccessNeed.all[0], nil, .found(true)), (AccessNeed.all[1], "a", .forbidden("no"))])
        #expect(result.verdict == .skipped)
        #expect(result.mend?.hasSuffix("kubectl auth can-i create localsubjectaccessreviews -n a") == true)
        #expect(check.result([(AccessNeed.all[0], nil, .failed("500"))]).verdict == .failed)
    }
}
