package import PodManifests
package import TLS

/// What a sandbox starts with, read from a file of YAML or JSON documents: Kubernetes objects, and Apps as
/// `kind: GitHubApp` of `apiVersion: sandbox.kelos.dev/v1`.
package struct SandboxState: Sendable {
    package var objects: [ManifestValue] = []
    package var apps: [GitHubApp] = []

    package init() {}

    /// - Throws: `FaultProblem` in one sentence, without text of the file.
    package init(file: String, bytes: [UInt8]) throws(FaultProblem) {
        do {
            for manifest in try ManifestReader.manifests(in: bytes, file: file) { try add(manifest.value) }
        } catch let problem as FaultProblem {
            throw problem
        } catch {
            throw FaultProblem(description: "\(error)")
        }
    }

    private mutating func add(_ value: ManifestValue) throws(FaultProblem) {
        if value["kind"] == "GitHubApp" {
            apps.append(try GitHubApp(value["spec"] ?? [:]))
        } else if value["kind"]?.string?.hasSuffix("List") == true, let items = value["items"]?.elements {
            for item in items { try add(item) }
        } else {
            objects.append(value)
        }
    }

    /// Adds an App with a new key and the Secret that holds its credentials.
    package mutating func addDefaultApp(
        id: Int = 12345, installation: Int = 67890, secret: String = "github-app", namespace: String = "default"
    ) throws(TLSError) {
        let pem = try RSAPublicKey.makePrivateKey()
        apps.append(
            GitHubApp(
                id: id, clientID: "Iv1.\(id)", key: try RSAPublicKey(pem: pem),
                installations: [GitHubApp.Installation(id: installation)]))
        objects.append([
            "apiVersion": "v1", "kind": "Secret",
            "metadata": ["name": .string(secret), "namespace": .string(namespace)],
            "stringData": [
                "appID": .string("\(id)"), "installationID": .string("\(installation)"),
                "privateKey": .string(String(decoding: pem, as: UTF8.self)),
            ],
        ])
    }
}
