import RawJSON
import TokenInjection

/// Decides about Kelos objects. They are let through or refused, never changed.
enum KelosDecision {
    /// - Throws: only before anything is written.
    static func decide(
        _ envelope: borrowing ReviewEnvelope, _ request: borrowing ObjectRequest, into output: inout [UInt8]
    ) throws(MalformedReview) -> ReviewOutcome.Decision {
        let old = try envelope.object("oldObject", .oldObject)
        guard let named = request.kind, let kind = KelosKind(named) else {
            ReviewAnswer.appendAllowed(envelope, warnings: [], into: &output)
            return .skipped(.notAKelosObject)
        }
        let skipReason = request.kelosSkipReason
        guard skipReason == nil, let object = request.object else {
            ReviewAnswer.appendAllowed(envelope, warnings: [], into: &output)
            return .skipped(skipReason ?? .noObject)
        }
        let verdict: KelosVerdict
        if let old, request.operation?.isText("UPDATE") == true {
            verdict = KelosObjectRules.verdict(on: object, replacing: old, of: kind)
        } else {
            verdict = KelosObjectRules.verdict(on: object, of: kind)
        }
        switch verdict.outcome {
        case .pass(let reason):
            ReviewAnswer.appendAllowed(
                envelope, warnings: verdict.warnings, audit: ["reason": reason.rawValue], into: &output)
            return .skipped(reason)
        case .refuse(let violations):
            ReviewAnswer.appendRefused(
                envelope, RefusedObject(group: KelosKind.group, kind: kind.name, name: request.name), violations,
                unlisted: verdict.unlisted, warnings: verdict.warnings, into: &output)
            return .refused(violations.first?.reason ?? .reservedVolume)
        }
    }
}
