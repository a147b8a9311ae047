import RawJSON
package import TokenInjection

/// Answers admission reviews about pods and Kelos objects. One per event loop: it keeps the memory of the last review for
/// the next one.
package final class AdmissionReviewer {
    /// Memory for a patch that stays allocated between reviews; a patch of three containers takes 5 KB.
    private static let retainedPatchBytes = 256 << 10

    private let policy: InjectionPolicy
    private var index = JSONIndex()
    private var patch: [UInt8] = []

    package init(policy: InjectionPolicy) {
        self.policy = policy
    }

    /// Reads one AdmissionReview and appends the answer, also an AdmissionReview, to `output`.
    ///
    /// - Parameters:
    ///   - body: the whole body of the request.
    ///   - describing: the outcome is to say whom the review was about.
    ///   - output: unchanged if this throws.
    /// - Throws: what is wrong with the body; nothing of it is in the error.
    package func review(
        _ body: RawSpan, by rules: ReviewRules = .pods, describing: Bool = false, into output: inout [UInt8]
    ) throws(MalformedReview) -> ReviewOutcome {
        defer { if patch.capacity > Self.retainedPatchBytes { patch = [] } }
        return try Self.review(body, rules, policy, &index, &patch, describing: describing, into: &output)
    }

    /// The views of the body live here, while the index is held exclusively.
    private static func review(
        _ body: RawSpan, _ rules: ReviewRules, _ policy: InjectionPolicy, _ index: inout JSONIndex,
        _ patch: inout [UInt8], describing: Bool, into output: inout [UInt8]
    ) throws(MalformedReview) -> ReviewOutcome {
        let document: JSONValue
        do throws(RawJSONError) {
            document = try index.read(body)
        } catch {
            throw .json(error)
        }
        let envelope = try ReviewEnvelope(document)
        let request = try ObjectRequest(envelope)
        let decision =
            switch rules {
            case .pods: decide(envelope, request, policy, &patch, into: &output)
            case .kelosObjects: try KelosDecision.decide(envelope, request, into: &output)
            }
        return ReviewOutcome(
            decision: decision, isDryRun: request.isDryRun,
            subject: describing ? ReviewSubject(envelope, request) : nil)
    }

    private static func decide(
        _ envelope: borrowing ReviewEnvelope, _ request: borrowing ObjectRequest, _ policy: InjectionPolicy,
        _ patch: inout [UInt8], into output: inout [UInt8]
    ) -> ReviewOutcome.Decision {
        let skipReason = request.podSkipReason
        guard skipReason == nil, let pod = request.object else {
            ReviewAnswer.appendAllowed(envelope, warnings: [], into: &output)
            return .skipped(skipReason ?? .noObject)
        }
        let plan = policy.plan(for: pod, in: request.namespace?.string ?? "", patch: &patch)
        switch plan.outcome {
        case .skip(.notSelected):
            ReviewAnswer.appendAllowed(envelope, warnings: plan.warnings, into: &output)
            return .skipped(.notSelected)
        case .skip(let reason):
            ReviewAnswer.appendAllowed(
                envelope, warnings: plan.warnings, audit: ["reason": reason.rawValue], into: &output)
            return .skipped(reason)
        case .patch(let facts):
            ReviewAnswer.appendAllowed(
                envelope, patch: patch, warnings: plan.warnings,
                audit: ["secret": facts.secret, "key": facts.key, "containers": facts.containers], into: &output)
            return .patched
        case .refuse(let violations):
            ReviewAnswer.appendRefused(
                envelope, RefusedObject(group: nil, kind: "Pod", name: request.name), violations,
                unlisted: plan.unlisted, warnings: plan.warnings, into: &output)
            return .refused(violations.first?.reason ?? .malformedPod)
        }
    }
}
