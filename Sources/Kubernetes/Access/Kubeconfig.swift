internal import RawJSON

/// What this client reads of a kubeconfig (client-go, tools/clientcmd/api/v1).
struct Kubeconfig: Sendable {
    struct Context: Sendable {
        var cluster = ""
        var user = ""
        var namespace: String?
    }

    struct Cluster: Sendable {
        var server = ""
        var authority: ClusterAccess.Material?
        var tlsServerName: String?
        var skipsVerification = false
        var proxy: String?
    }

    struct User: Sendable {
        var token: String?
        var tokenFile: String?
        var certificate: ClusterAccess.Material?
        var key: ClusterAccess.Material?
        /// Ways to log in that are written there and that this client does not have.
        var unsupported: [String] = []
    }

    var currentContext = ""
    /// By name; of equal names the first counts.
    var contexts: [String: Context] = [:]
    var clusters: [String: Cluster] = [:]
    var users: [String: User] = [:]

    init() {}

    /// - Parameters:
    ///   - bytes: JSON, or YAML where `decodeYAML` is given.
    ///   - path: the file's, for messages and as the place that relative paths in it start from.
    init(_ bytes: [UInt8], path: String, decodeYAML: DecodeYAML?) throws(AccessError) {
        let json = try Self.json(bytes, path: path, decodeYAML: decodeYAML)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        var index = JSONIndex()
        do {
            let root = try index.read(unsafe json.span.bytes)
            guard root.isObject else { throw AccessError(.malformed, "The kubeconfig \(path) is not an object") }
            try read(root, folder: folder, path: path)
        } catch let error as AccessError {
            throw error
        } catch {
            throw AccessError(.malformed, "The kubeconfig \(path) is not JSON: \(error)")
        }
    }

    /// Takes over what `other` has and this has not, as kubectl does for the files of `KUBECONFIG`.
    mutating func append(_ other: Kubeconfig) {
        if currentContext.isEmpty { currentContext = other.currentContext }
        contexts.merge(other.contexts) { first, _ in first }
        clusters.merge(other.clusters) { first, _ in first }
        users.merge(other.users) { first, _ in first }
    }

    private static func json(_ bytes: [UInt8], path: String, decodeYAML: DecodeYAML?) throws(AccessError) -> [UInt8] {
        // A kubeconfig is an object: where the first character opens one, the text is JSON, which YAML readers also take.
        let first = bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        if first == UInt8(ascii: "{") { return bytes }
        guard let decodeYAML else {
            throw AccessError(
                .unsupported,
                "The kubeconfig \(path) is YAML, which this program does not read; "
                    + "convert it with: kubectl config view --raw --minify --output=json")
        }
        do {
            return try decodeYAML(bytes)
        } catch {
            // The library's own text quotes the file.
            throw AccessError(.malformed, "The kubeconfig \(path) is neither JSON nor YAML")
        }
    }
}

// MARK: - Reading

extension Kubeconfig {
    private mutating func read(_ root: JSONValue, folder: String, path: String) throws(AccessError) {
        currentContext = root.text("current-context") ?? ""
        var entries = root.elements(of: "contexts")
        while let entry = entries.nextElement() {
            guard let name = entry.text("name"), let value = entry.field("context"), contexts[name] == nil else {
                continue
            }
            contexts[name] = Context(
                cluster: value.text("cluster") ?? "", user: value.text("user") ?? "", namespace: value.text("namespace")
            )
        }
        entries = root.elements(of: "clusters")
        while let entry = entries.nextElement() {
            guard let name = entry.text("name"), let value = entry.field("cluster"), clusters[name] == nil else {
                continue
            }
            clusters[name] = Cluster(
                server: value.text("server") ?? "",
                authority: try Self.material(
                    value, data: "certificate-authority-data", file: "certificate-authority", folder, path),
                tlsServerName: value.text("tls-server-name"),
                skipsVerification: value.field("insecure-skip-tls-verify")?.bool ?? false,
                proxy: value.text("proxy-url"))
        }
        entries = root.elements(of: "users")
        while let entry = entries.nextElement() {
            guard let name = entry.text("name"), let value = entry.field("user"), users[name] == nil else { continue }
            var user = User(
                token: value.text("token"), tokenFile: value.text("tokenFile").map { Self.resolved($0, in: folder) },
                certificate: try Self.material(
                    value, data: "client-certificate-data", file: "client-certificate", folder, path),
                key: try Self.material(value, data: "client-key-data", file: "client-key", folder, path))
            if value.field("exec") != nil { user.unsupported.append("an exec plugin") }
            if value.field("auth-provider") != nil { user.unsupported.append("an auth-provider") }
            if value.text("username") != nil || value.text("password") != nil {
                user.unsupported.append("a username and password")
            }
            for impersonated in ["as", "as-uid", "as-groups", "as-user-extra"] as [StaticString]
            where value.field(impersonated) != nil {
                user.unsupported.append("impersonation")
                break
            }
            users[name] = user
        }
    }

    /// Data wins over a file, as in client-go.
    private static func material(
        _ value: JSONValue, data: StaticString, file: StaticString, _ folder: String, _ path: String
    ) throws(AccessError) -> ClusterAccess.Material? {
        if let encoded = value.text(data) {
            guard let pem = [UInt8](base64: encoded) else {
                throw AccessError(.malformed, "The kubeconfig \(path) has a \(data) that is not base64")
            }
            return .data(Redacted(pem))
        }
        return value.text(file).map { .file(resolved($0, in: folder)) }
    }

    private static func resolved(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : folder + path
    }
}
