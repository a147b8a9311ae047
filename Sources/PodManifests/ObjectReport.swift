package import TokenInjection

/// What was done with one object, and why.
package struct ObjectReport: Sendable {
    package enum Outcome: Sendable {
        case patched(InjectionFacts)
        /// A word for scripts and a sentence for people.
        case unchanged(reason: String, explanation: String)
        /// The violations that are listed, and how many are not.
        case refused([Violation], unlisted: Int)
    }

    /// `pod/fix-1`
    package let name: String
    package let outcome: Outcome
    package let warnings: [String]

    package var isRefused: Bool {
        if case .refused = outcome { true } else { false }
    }

    /// One line, or for a refusal one per violation besides; then a line per warning, as kubectl prints them.
    package var lines: [String] {
        let first: [String] =
            switch outcome {
            case .patched(let facts):
                [
                    "\(name): patched: token of Secret \(facts.secret) for "
                        + facts.containers.split(separator: ",").joined(separator: ", ")
                ]
            case .unchanged(let reason, let explanation): ["\(name): nothing to do: \(reason): \(explanation)"]
            case .refused(let violations, let unlisted):
                ["\(name): refused:"] + violations.map { "  \($0.field): \($0.message)" }
                    + (unlisted > 0 ? ["  and \(unlisted) more"] : [])
            }
        return first + warnings.map { "Warning: \(name): \($0)" }
    }

    /// `kind/name` in lower case for the kind, as kubectl prints; anything but printable ASCII becomes `?`.
    static func name(of object: ManifestValue) -> String {
        let kind = object["kind"]?.string?.lowercased() ?? "object"
        let metadata = object["metadata"]
        let name = metadata?["name"]?.string ?? metadata?["generateName"]?.string.map { "\($0)*" } ?? "(no name)"
        var printable = ""
        for scalar in "\(kind)/\(name)".unicodeScalars {
            printable.unicodeScalars.append(("\u{21}"..."\u{7E}").contains(scalar) || scalar == " " ? scalar : "?")
        }
        return printable
    }
}
