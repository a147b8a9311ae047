/// Where the API server calls a webhook.
package enum WebhookTarget: Sendable, Hashable {
    case service(ServiceTarget)
    case url(URLTarget)

    package var path: String {
        switch self {
        case .service(let service): service.path
        case .url(let url): url.path
        }
    }

    /// Where it is, whatever the path.
    package var address: String {
        switch self {
        case .service(let service): "\(host):\(service.port)"
        case .url(let url): "\(host):\(url.port)"
        }
    }

    /// The name that the API server looks for in the certificate.
    package var host: String {
        switch self {
        case .service(let service): "\(service.name).\(service.namespace).svc"
        case .url(let url): url.host
        }
    }
}

package struct ServiceTarget: Sendable, Hashable {
    package let namespace: String
    package let name: String
    package let port: Int
    package let path: String

    /// What the API leaves out is filled in with its defaults.
    package init(namespace: String?, name: String?, port: Int?, path: String?) {
        let standardPort = 443
        self.namespace = namespace ?? ""
        self.name = name ?? ""
        self.port = port ?? standardPort
        self.path = path ?? "/"
    }
}

package struct URLTarget: Sendable, Hashable {
    /// Without brackets.
    package let host: String
    package let port: UInt16
    package let path: String

    package init?(_ text: String) {
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
    package var isLoopback: Bool { Self.isLoopback(host) }

    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
