import RawJSON
import TokenInjection

/// Writes the answer to a review: an AdmissionReview with a response, as k8s.io/apiserver checks it
/// (pkg/admission/plugin/webhook/request): the version and uid of the question, and a patchType exactly when there is a
/// patch.
enum ReviewAnswer {
    static func appendAllowed(
        _ envelope: borrowing ReviewEnvelope, patch: [UInt8]? = nil, warnings: [String],
        audit: KeyValuePairs<StaticString, String> = [:], into output: inout [UInt8]
    ) {
        begin(envelope, into: &output)
        output.append(",\"allowed\":true")
        if let patch {
            output.append(",\"patchType\":\"JSONPatch\",\"patch\":\"")
            output.append(base64: patch)
            output.append("\"")
        }
        end(warnings: warnings, audit: audit, into: &output)
    }

    /// - Parameters:
    ///   - refused: the object in question.
    ///   - violations: not empty.
    ///   - unlisted: violations beyond these.
    static func appendRefused(
        _ envelope: borrowing ReviewEnvelope, _ refused: borrowing RefusedObject, _ violations: [Violation],
        unlisted: Int, warnings: [String], into output: inout [UInt8]
    ) {
        begin(envelope, into: &output)
        output.append(",\"allowed\":false,\"status\":{\"status\":\"Failure\",\"message\":")
        output.append(quoted: message(refused, violations, unlisted: unlisted))
        output.append(",\"reason\":\"Invalid\",\"details\":{")
        if let name = refused.name?.string, !name.isEmpty {
            output.append("\"name\":")
            output.append(quoted: LogText.cleaned(name))
            output.append(",")
        }
        if let group = refused.group {
            output.append("\"group\":")
            output.append(quoted: group)
            output.append(",")
        }
        output.append("\"kind\":")
        output.append(quoted: refused.kind)
        output.append(",\"causes\":[")
        for (place, violation) in violations.enumerated() {
            output.append(place == 0 ? "{\"reason\":" : ",{\"reason\":")
            output.append(quoted: violation.cause.rawValue)
            output.append(",\"message\":")
            output.append(quoted: violation.message)
            output.append(",\"field\":")
            output.append(quoted: violation.field)
            output.append("}")
        }
        output.append("]},\"code\":422}")
        let reason = violations.first?.reason.rawValue ?? ""
        end(warnings: warnings, audit: ["reason": reason], into: &output)
    }

    /// In the words of Kubernetes' own validation errors: `Pod "a" is invalid: [x, y]`, `Task.kelos.dev "b" is invalid: x`.
    private static func message(
        _ refused: borrowing RefusedObject, _ violations: [Violation], unlisted: Int
    ) -> String {
        var sentences = violations.map { "\($0.field): \($0.message)" }
        if unlisted > 0 { sentences.append("and \(unlisted) more") }
        let list = sentences.count == 1 ? sentences[0] : "[\(sentences.joined(separator: ", "))]"
        let kind = "\(refused.kind)\(refused.group.map { ".\($0)" } ?? "")"
        return "\(kind) \"\(LogText.cleaned(refused.name?.string ?? ""))\" is invalid: \(list)"
    }

    private static func begin(_ envelope: borrowing ReviewEnvelope, into output: inout [UInt8]) {
        output.append("{\"kind\":\"AdmissionReview\",\"apiVersion\":")
        output.append(envelope.apiVersion)
        output.append(",\"response\":{\"uid\":")
        output.append(envelope.uid)
    }

    private static func end(
        warnings: [String], audit: KeyValuePairs<StaticString, String>, into output: inout [UInt8]
    ) {
        if !audit.isEmpty {
            output.append(",\"auditAnnotations\":{")
            var separate = false
            for (key, value) in audit {
                if separate { output.append(",") }
                separate = true
                output.append(quoted: key)
                output.append(":")
                output.append(quoted: value)
            }
            output.append("}")
        }
        if !warnings.isEmpty {
            output.append(",\"warnings\":[")
            for (place, warning) in warnings.enumerated() {
                if place > 0 { output.append(",") }
                output.append(quoted: warning)
            }
            output.append("]")
        }
        output.append("}}")
    }
}
