/// Where a server listens, in the syntax of Kubernetes bind-address flags.
package enum BindAddress: Sendable, Hashable {
    /// `0`: this server is switched off.
    case off
    /// A nil address means every address of the host, IPv4 and IPv6. Port 0 lets the kernel choose.
    case listen(IPAddress?, port: UInt16)

    package static let loopback = IPAddress.v4(0x7F00_0001)

    /// The port, nil when off.
    package var port: UInt16? {
        switch self {
        case .off: nil
        case .listen(_, let port): port
        }
    }
}

extension BindAddress: SettingValue {
    /// `:9443`, `127.0.0.1:9443`, `[::1]:9443`, `localhost:9443` (which is 127.0.0.1), or `0` for off.
    package init(argument: String) throws(SettingError) {
        if argument == "0" {
            self = .off
            return
        }
        let examples = "write for example :9443, 127.0.0.1:9443 or [::1]:9443, or 0 to switch it off"
        guard let colon = argument.lastIndex(of: ":") else {
            throw SettingError("\(SettingError.quote(argument)) lacks a port; \(examples)")
        }
        let host = argument[..<colon]
        let portText = argument[argument.index(after: colon)...]
        guard !portText.isEmpty, portText.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(portText)
        else {
            throw SettingError("\(SettingError.quote(argument)) does not end in a port of 0 to 65535; \(examples)")
        }
        switch host {
        case "": self = .listen(nil, port: port)
        case "localhost": self = .listen(Self.loopback, port: port)
        default:
            guard let address = Self.address(host) else {
                throw SettingError(
                    "\(SettingError.quote(argument)) names no IP address before the port "
                        + "(names are not resolved; IPv6 goes in brackets); \(examples)")
            }
            self = .listen(address, port: port)
        }
    }

    private static func address(_ host: Substring) -> IPAddress? {
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard case .v6(let value)? = IPAddress(literal: host.dropFirst().dropLast()) else { return nil }
            return .v6(value)
        }
        guard case .v4(let value)? = IPAddress(literal: host) else { return nil }
        return .v4(value)
    }
}

extension BindAddress: CustomStringConvertible {
    /// What `init(argument:)` reads back to an equal value.
    package var description: String {
        switch self {
        case .off: "0"
        case .listen(nil, let port): ":\(port)"
        case .listen(.v4(let address)?, let port): "\(IPAddress.v4(address)):\(port)"
        case .listen(.v6(let address)?, let port): "[\(IPAddress.v6(address))]:\(port)"
        }
    }
}
