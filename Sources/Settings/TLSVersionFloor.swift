/// The oldest TLS version that a listener accepts (`--tls-min-version`). Nothing below 1.2 can be asked for.
package enum TLSVersionFloor: String, Sendable, CaseIterable, SettingValue {
    case tls12 = "1.2"
    case tls13 = "1.3"

    /// Takes the bare version, and the names that Kubernetes components use for the same flag.
    package init(argument: String) throws(SettingError) {
        switch argument {
        case "1.2", "VersionTLS12": self = .tls12
        case "1.3", "VersionTLS13": self = .tls13
        default:
            throw SettingError("\(SettingError.quote(argument)) is not a TLS version we speak; write 1.2 or 1.3")
        }
    }
}
