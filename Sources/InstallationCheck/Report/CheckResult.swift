/// A link of the chain from a pod that is created to a token that stays fresh, in the order in which they are looked at.
package enum Link: String, Sendable, CaseIterable {
    case kubeconfig
    case apiServer = "api-server"
    case clock
    case configuration
    case selectors
    case service
    case endpoints
    case authority = "ca-bundle"
    case certificateNames = "certificate-names"
    case certificateExpiry = "certificate-expiry"
    case probePod = "probe-pod"
    case reservedName = "reserved-name"
    case refresher
    case leader
    case access = "refresher-access"
    case secrets
    case adoption
    case sources = "secret-sources"
    case pods
}

package enum Verdict: String, Sendable, CaseIterable {
    case ok
    /// It works, and it will not for ever or not for everybody.
    case warning
    case failed
    /// Nobody knows: the message says why it was not looked at.
    case skipped
}

/// What was found out about one link.
package struct CheckResult: Sendable, Equatable {
    package let link: Link
    package let verdict: Verdict
    /// One line without a final full stop.
    package let message: String
    /// What to do about it, one line, a command where there is one; nil where nothing is to be done.
    package let mend: String?
    /// A line for each object that the message counts.
    package let details: [String]

    init(_ link: Link, _ verdict: Verdict, _ message: String, mend: String? = nil, details: [String] = []) {
        self.link = link
        self.verdict = verdict
        self.message = Self.line(message)
        self.mend = mend.map(Self.line)
        self.details = details.map(Self.line)
    }

    static func ok(_ link: Link, _ message: String, details: [String] = []) -> CheckResult {
        CheckResult(link, .ok, message, details: details)
    }

    static func warning(_ link: Link, _ message: String, mend: String, details: [String] = []) -> CheckResult {
        CheckResult(link, .warning, message, mend: mend, details: details)
    }

    static func failed(_ link: Link, _ message: String, mend: String, details: [String] = []) -> CheckResult {
        CheckResult(link, .failed, message, mend: mend, details: details)
    }

    static func skipped(_ link: Link, _ reason: String, mend: String? = nil) -> CheckResult {
        CheckResult(link, .skipped, reason, mend: mend)
    }

    /// Text that comes from a cluster must not steer a terminal or fill it.
    private static func line(_ text: String) -> String {
        let longest = 1000
        var line = ""
        for scalar in text.unicodeScalars.prefix(longest) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
                line.unicodeScalars.append("?")
            default: line.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > longest ? line + "…" : line
    }
}
