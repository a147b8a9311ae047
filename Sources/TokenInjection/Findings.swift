import RawJSON

/// What was found while a pod was looked at: reasons to refuse it, and things its author should know.
struct Findings {
    /// The API server cuts a warning to 256 runes once all of them exceed 4096 (k8s.io/apiserver endpoints/filters).
    static let longestWarning = 256
    static let longestWarnings = 4096

    /// Violations that are kept. A pod may hold a hundred thousand; nobody reads them all, and their texts would need
    /// more memory than everything else.
    static let mostViolations = 100

    private(set) var violations: [Violation] = []
    /// Violations beyond those.
    private(set) var unlisted = 0
    private(set) var warnings: [String] = []
    private var warned = 0

    mutating func refuse(_ violation: @autoclosure () -> Violation) {
        if violations.count < Self.mostViolations {
            violations.append(violation())
        } else {
            unlisted += 1
        }
    }

    /// Adds a warning unless it is there already or the room is used up.
    ///
    /// - Parameter text: printable; what comes from the pod has gone through `quoted`.
    mutating func warn(_ text: String) {
        let scalars = text.unicodeScalars
        let cut = scalars.count > Self.longestWarning
        let warning = cut ? String(scalars.prefix(Self.longestWarning - 1)) + "\u{2026}" : text
        let length = warning.unicodeScalars.count
        guard warned + length <= Self.longestWarnings, !warnings.contains(warning) else { return }
        warned += length
        warnings.append(warning)
    }

    /// Text from a pod, fit for a message: in quotes, at most 63 characters, with anything but printable ASCII as `?`.
    static func quoted(_ value: JSONValue?) -> String {
        quoted(value?.string ?? "")
    }

    static func quoted(_ text: String) -> String {
        let longest = 63
        var quoted = "\""
        for scalar in text.unicodeScalars.prefix(longest) {
            quoted.unicodeScalars.append(("\u{20}"..."\u{7E}").contains(scalar) && scalar != "\"" ? scalar : "?")
        }
        return quoted + (text.unicodeScalars.count > longest ? "\u{2026}\"" : "\"")
    }
}
