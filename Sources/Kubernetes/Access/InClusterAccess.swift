/// The way to the API server that every pod with a service account has.
package enum InClusterAccess {
    /// Where the kubelet mounts a service account (client-go, rest/config.go).
    private static let folder = "/var/run/secrets/kubernetes.io/serviceaccount/"

    static func isAdvertised(in environment: [String: String]) -> Bool {
        server(in: environment) != nil
    }

    /// - Throws: `AccessError.notInCluster` outside a pod, or in one without a service-account token.
    static func load(environment: [String: String], readFile: ReadFile) async throws(AccessError) -> ClusterAccess {
        guard let server = server(in: environment) else {
            throw AccessError(.notInCluster, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set")
        }
        let tokenPath = folder + "token"
        do {
            _ = try await readFile(tokenPath)
        } catch {
            throw AccessError(
                .notInCluster, "Cannot read \(tokenPath); does the pod set automountServiceAccountToken: false?")
        }
        // The namespace is a convenience: the Deployment's POD_NAMESPACE says the same.
        let namespace = try? await readFile(folder + "namespace")
        return try ClusterAccess(
            server: server, authority: .file(folder + "ca.crt"), credential: .tokenFile(tokenPath),
            namespace: namespace.map { trimmed(String(decoding: $0, as: UTF8.self)) })
    }

    private static func server(in environment: [String: String]) -> String? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else { return nil }
        return host.contains(":") ? "https://[\(host)]:\(port)" : "https://\(host):\(port)"
    }
}

/// Text without white space at its ends, as files that people write have it.
func trimmed(_ text: String) -> String {
    let rest = text.drop { $0.isWhitespace }
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(rest[...last])
}
