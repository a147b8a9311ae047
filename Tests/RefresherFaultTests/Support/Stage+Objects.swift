import PodManifests
import RefresherSimulation
import Sandbox
import TLS
import TokenRefresh

extension Stage {
    /// The App's Secret.
    func addSource(
        _ name: String = Stage.source, app: Int = Stage.app, installation: Int = Stage.firstInstallation,
        in namespace: String = Stage.namespace
    ) throws {
        try sandbox.kubernetes.add([
            "apiVersion": "v1", "kind": "Secret",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "stringData": [
                "appID": .string("\(app)"), "installationID": .string("\(installation)"),
                "privateKey": .string(String(decoding: try Stage.key.get(), as: UTF8.self)),
            ],
        ])
    }

    /// Another App, with the same key and one installation, and its Secret.
    func addApp(_ app: Int, source: String) throws {
        let installation = GitHubApp.Installation(id: Stage.firstInstallation + app)
        sandbox.gitHub.register(
            GitHubApp(
                id: app, clientID: "Iv1.\(app)", key: try RSAPublicKey(pem: Stage.key.get()),
                installations: [installation]))
        try addSource(source, app: app, installation: installation.id)
    }

    /// A managed Secret that nobody owns.
    ///
    /// - Parameter lifeLeft: of its token; nil makes none.
    func addSecret(
        _ name: String, lifeLeft: Duration? = nil, source: String = Stage.source,
        in namespace: String = Stage.namespace,
        annotations more: [String: String] = [:], _ change: (inout ManifestValue) -> Void = { _ in }
    ) throws {
        var annotations: ManifestValue = [:]
        annotations.set(RefreshAnnotation.appSecret, .string(source))
        for (key, value) in more.sorted(by: { $0.key < $1.key }) { annotations.set(key, .string(value)) }
        var secret: ManifestValue = [
            "apiVersion": "v1", "kind": "Secret",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
        ]
        if let lifeLeft {
            let expiry = unixSeconds + lifeLeft.components.seconds
            annotations.set(RefreshAnnotation.expiresAt, .string(SandboxEnvironment.timestamp(expiry)))
            secret.set("stringData", ["GITHUB_TOKEN": .string("first-of-\(name)")])
            sandbox.audit.note("first-of-\(name)", expiry: expiry)
        }
        secret.set(path: ["metadata", "annotations"], annotations)
        change(&secret)
        try sandbox.kubernetes.add(secret)
    }

    func addWorkspace(_ name: String = "workspace", repository: String = "https://github.com/octo-org/hello") throws {
        try sandbox.kubernetes.add([
            "apiVersion": "kelos.dev/v1alpha2", "kind": "Workspace", "metadata": ["name": .string(name)],
            "spec": ["repo": .string(repository), "secretRef": ["name": .string(Stage.source)]],
        ])
    }

    /// A Task whose Job runs, and its Secret `<name>-github-token`.
    func addTask(_ name: String, lifeLeft: Duration?, workspace: String = "workspace", active: Int = 1) throws {
        try sandbox.kubernetes.add([
            "apiVersion": "kelos.dev/v1alpha2", "kind": "Task", "metadata": ["name": .string(name)],
            "spec": ["worker": ["workspaceRef": ["name": .string(workspace)]]],
            "status": ["phase": "Running", "jobName": .string(name)],
        ])
        let uid = sandbox.kubernetes.object(.tasks, Stage.namespace, name)?.uid ?? ""
        let owners: ManifestValue = [
            [
                "apiVersion": "kelos.dev/v1alpha2", "kind": "Task", "name": .string(name), "uid": .string(uid),
                "controller": .bool(true),
            ]
        ]
        try sandbox.kubernetes.add([
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": ["name": .string(name), "ownerReferences": owners], "status": ["active": .number(active)],
        ])
        try addSecret("\(name)-github-token", lifeLeft: lifeLeft) {
            $0.set(path: ["metadata", "ownerReferences"], owners)
        }
    }

    /// Changes an object as somebody with kubectl does.
    @discardableResult
    func patch(_ path: String, _ patch: ManifestValue) -> UInt16 {
        let request = SandboxRequest(
            "PATCH", path, contentType: "application/merge-patch+json", body: JSONWriter.compact(patch))
        return sandbox.kubernetes.answer(request).whole?.status ?? 0
    }

    @discardableResult
    func delete(_ path: String) -> UInt16 {
        sandbox.kubernetes.answer(SandboxRequest("DELETE", path)).whole?.status ?? 0
    }

    static func path(_ plural: String, _ name: String) -> String {
        let group = plural == "secrets" ? "/api/v1" : "/apis/kelos.dev/v1alpha2"
        return "\(group)/namespaces/\(namespace)/\(plural)/\(name)"
    }

    /// Puts another private key into the App's Secret.
    func rotateKeyInCluster() throws {
        let key = Base64Text.encoded(try Stage.nextKey.get())
        patch(Self.path("secrets", Stage.source), ["data": ["privateKey": .string(key)]])
    }
}
