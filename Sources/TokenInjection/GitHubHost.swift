/// The GitHub that a container works with, by its `GH_HOST`. It decides which variable gh reads the token from
/// (cli.github.com/manual/gh_help_environment) and for which URLs git is set up.
enum GitHubHost: Equatable {
    /// github.com.
    case gitHub

    /// A tenant of GitHub Enterprise Cloud with data residency: a subdomain of ghe.com, where gh reads `GH_TOKEN`.
    case dataResidency(String)

    /// A GitHub Enterprise Server, where gh reads `GH_ENTERPRISE_TOKEN`.
    case enterpriseServer(String)

    /// It is known only inside the container, or is no host name.
    case unknown

    init(of survey: borrowing EnvironmentSurvey) {
        guard let entry = survey.ghHost else {
            self = .gitHub
            return
        }
        self = entry.literal.map(Self.init(named:)) ?? .unknown
    }

    /// - Parameter text: a literal value of `GH_HOST`, port included.
    init(named text: String) {
        var host = text.lowercased()
        if host.hasPrefix("www.") { host.removeFirst(4) }
        if text.isEmpty || host == "github.com" {
            self = .gitHub
        } else if !Self.isHost(host) {
            self = .unknown
        } else if host.hasSuffix(".ghe.com") {
            self = .dataResidency(host)
        } else {
            self = .enterpriseServer(host)
        }
    }

    /// Host and port as git's settings name them; nil if unknown.
    var name: String? {
        switch self {
        case .gitHub: "github.com"
        case .dataResidency(let name), .enterpriseServer(let name): name
        case .unknown: nil
        }
    }

    /// `hostname` or `hostname:port`, lower case; a name as RFC 1123 section 2.1 has it.
    private static func isHost(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let name = parts.first, (1...253).contains(name.count), parts.count <= 2 else { return false }
        if parts.count == 2 {
            guard parts[1].count <= 5, parts[1].allSatisfy(isDigit), let port = Int(Substring(parts[1])),
                (1...65535).contains(port)
            else { return false }
        }
        return name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last, label.count <= 63 else { return false }
            return isLetterOrDigit(first) && isLetterOrDigit(last)
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
