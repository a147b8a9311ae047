internal import PodManifests

/// Where the API server calls a webhook.
enum WebhookTarget: Sendable, Hashable {
    case service(ServiceTarget)
    case url(URLTarget)

    /// Nil for a `clientConfig` that names neither a Service nor an https URL.
    init?(_ configuration: ManifestValue?) {
        if let service = configuration?["service"] {
            self = .service(ServiceTarget(service))
        } else if let url = configuration?["url"]?.string.flatMap(URLTarget.init) {
            self = .url(url)
        } else {
            return nil
        }
    }

    var path: String {
        switch self {
        case .service(let service): service.path
        case .url(let url): url.path
        }
    }

    /// Where it is, whatever the path.
    var address: String {
        switch self {
        case .service(let service): "\(host):\(service.port)"
        case .url(let url): "\(host):\(url.port)"
        }
    }

    /// The name that the API server looks for in the certificate.
    var host: String {
        switch self {
        case .service(let service): "\(service.name).\(service.namespace).svc"
        case .url(let url): url.host
        }
    }
}

struct ServiceTarget: Sendable, Hashable {
    let namespace: String
    let name: String
    let port: Int
    let path: String

    init(_ value: ManifestValue) {
        namespace = value["namespace"]?.string ?? ""
        name = value["name"]?.string ?? ""
        port = value["port"]?.integer ?? 443
        path = value["path"]?.string ?? "/"
    }
}

struct URLTarget: Sendable, Hashable {
    /// Without brackets.
    let host: String
    let port: UInt16
    let path: String

    init?(_ text: String) {
        let scheme = "https://"
        guard text.hasPrefix(scheme) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        var host = authority
        var port = Substring("443")
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[..<end].dropFirst()
            let tail = authority[authority.index(after: end)...]
            if tail.hasPrefix(":") { port = tail.dropFirst() }
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty, let number = UInt16(port) else { return nil }
        self.host = String(host)
        self.port = number
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        self.path = path.isEmpty ? "/" : String(path)
    }

    /// The API server and whoever calls it by a loopback address are on one machine.
    var isLoopback: Bool { Self.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
