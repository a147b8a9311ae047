internal import PodManifests

/// All results of one walk along the chain, and how they are printed.
package struct CheckReport: Sendable, Equatable {
    package let results: [CheckResult]

    /// Details of one link that a screen takes; JSON has all of them.
    private static let mostDetails = 20

    package init(_ results: [CheckResult]) {
        self.results = results
    }

    package var hasFailed: Bool { count(.failed) > 0 }

    private func count(_ verdict: Verdict) -> Int {
        results.count { $0.verdict == verdict }
    }

    /// A line each, the mend below it, and a line of totals.
    package var text: String {
        let verdictWidth = Verdict.allCases.map(\.rawValue.count).max() ?? 0
        let linkWidth = Link.allCases.map(\.rawValue.count).max() ?? 0
        let indent = String(repeating: " ", count: verdictWidth + linkWidth + 4)
        var lines: [String] = []
        for result in results {
            let verdict = Self.padded(result.verdict.rawValue, verdictWidth)
            lines.append("\(verdict)  \(Self.padded(result.link.rawValue, linkWidth))  \(result.message)")
            lines += result.details.prefix(Self.mostDetails).map { "\(indent)- \($0)" }
            let hidden = result.details.count - Self.mostDetails
            if hidden > 0 { lines.append("\(indent)- and \(hidden) more, see -o json") }
            if let mend = result.mend { lines.append("\(indent)mend: \(mend)") }
        }
        let totals = Verdict.allCases.map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ")
        return (lines + ["", totals, ""]).joined(separator: "\n")
    }

    /// `{"success": ..., "totals": {...}, "checks": [{"check", "verdict", "message", "mend", "details"}]}`; `mend` and
    /// `details` only where there are any.
    package var json: String {
        var totals = ManifestValue.object([])
        for verdict in Verdict.allCases { totals.set(verdict.rawValue, .number(count(verdict))) }
        let checks = results.map { result in
            var check: ManifestValue = [
                "check": .string(result.link.rawValue), "verdict": .string(result.verdict.rawValue),
                "message": .string(result.message),
            ]
            check.set("mend", result.mend.map { .string($0) })
            if !result.details.isEmpty { check.set("details", .array(result.details.map { .string($0) })) }
            return check
        }
        let report: ManifestValue = ["success": .bool(!hasFailed), "totals": totals, "checks": .array(checks)]
        return String(decoding: JSONWriter.indented(report), as: UTF8.self)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
