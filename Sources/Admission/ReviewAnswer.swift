import RawJSON
import TokenInjection

/// Writes the answer to a review: an AdmissionReview with a response, as k8s.io/apiserver checks it
/// (pkg/admission/plugin/webhook/request): the version and uid of the question, and a patchType exactly when there is a
/// patch.
enum ReviewAnswer {
    /// Violations listed in a refusal. A pod may hold thousands; nobody reads them all.
    static let mostViolations = 100

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
    ///   - kind: of the object, as in `Pod`.
    ///   - name: of the object; nil if it has none.
    ///   - violations: not empty.
    static func appendRefused(
        _ envelope: borrowing ReviewEnvelope, kind: StaticString, name: JSONValue?, _ violations: [Violation],
        warnings: [String], into output: inout [UInt8]
    ) {
        begin(envelope, into: &output)
        let listed = violations.prefix(mostViolations)
        output.append(",\"allowed\":false,\"status\":{\"status\":\"Failure\",\"message\":")
        output.append(quoted: message(kind, name, listed, of: violations.count))
        output.append(",\"reason\":\"Invalid\",\"details\":{")
        if let name = name?.string, !name.isEmpty {
            output.append("\"name\":")
            output.append(quoted: LogText.cleaned(name))
            output.append(",")
        }
        output.append("\"kind\":")
        output.append(quoted: kind)
        output.append(",\"causes\":[")
        for (place, violation) in listed.enumerated() {
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

    /// In the words of Kubernetes' own validation errors: `Pod "a" is invalid: [x, y]`.
    private static func message(
        _ kind: StaticString, _ name: JSONValue?, _ violations: ArraySlice<Violation>, of count: Int
    ) -> String {
        var sentences = violations.map { "\($0.field): \($0.message)" }
        if count > sentences.count { sentences.append("and \(count - sentences.count) more") }
        let list = sentences.count == 1 ? sentences[0] : "[\(sentences.joined(separator: ", "))]"
        return "\(kind) \"\(LogText.cleaned(name?.string ?? ""))\" is invalid: \(list)"
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
