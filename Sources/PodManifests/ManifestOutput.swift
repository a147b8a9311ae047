/// The forms in which results are printed.
package enum ManifestOutput: String, CaseIterable, Sendable {
    case yaml, json, patch, diff

    /// The text of all results in order. Refused documents are left out: what an API server would refuse is not to be
    /// piped into one.
    ///
    /// - Parameter output: nil prints each document in the format it came in.
    package static func text(_ results: [MutatedManifest], as output: ManifestOutput?) -> String {
        let accepted = results.filter { !$0.isRefused }
        switch output {
        case .patch:
            return accepted.map { String(decoding: JSONWriter.compact($0.patch), as: UTF8.self) + "\n" }.joined()
        case .diff: return accepted.map(diff).joined()
        case .yaml: return accepted.map { YAMLWriter.document($0.value) }.joined(separator: "---\n")
        case .json: return accepted.map(json).joined()
        case nil:
            let isAllJSON = accepted.allSatisfy { $0.original.format == .json }
            return accepted.map { $0.original.format == .json ? json($0) : YAMLWriter.document($0.value) }
                .joined(separator: isAllJSON ? "" : "---\n")
        }
    }

    private static func json(_ result: MutatedManifest) -> String {
        String(decoding: JSONWriter.indented(result.value), as: UTF8.self)
    }

    private static func diff(_ result: MutatedManifest) -> String {
        let name = ObjectReport.name(of: result.original.value)
        return UnifiedDiff.between(
            YAMLWriter.document(result.original.value), YAMLWriter.document(result.value), oldName: name,
            newName: "\(name) (with the token)")
    }
}
