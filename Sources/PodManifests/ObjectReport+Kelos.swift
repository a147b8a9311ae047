internal import RawJSON
internal import TokenInjection

extension ObjectReport {
    /// What the webhook would say to the creation of a Kelos object.
    init(name: String, judging object: ManifestValue, of kind: KelosKind) throws(RawJSONError) {
        let bytes = JSONWriter.compact(object)
        var index = JSONIndex()
        let verdict = KelosObjectRules.verdict(on: try unsafe index.read(bytes.span.bytes), of: kind)
        let outcome: Outcome =
            switch verdict.outcome {
            case .pass(let reason): .unchanged(reason: reason.rawValue, explanation: reason.explanation)
            case .refuse(let violations): .refused(violations, unlisted: verdict.unlisted)
            }
        self.init(name: name, outcome: outcome, warnings: verdict.warnings)
    }
}
