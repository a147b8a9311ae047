package import RawJSON

/// Why a body is no AdmissionReview that can be answered. Its description is one line and carries nothing of the body.
package enum MalformedReview: Error, Equatable, Sendable {
    case json(RawJSONError)
    case notAReview
    case unsupportedVersion
    case noRequest
    case invalidUID
    case invalidField(Field)

    /// A field of `request` that has a value of the wrong type.
    package enum Field: String, CaseIterable, Sendable {
        case kind
        case operation
        case subResource
        case namespace
        case name
        case object
        case oldObject
        case dryRun
    }
}

extension MalformedReview: CustomStringConvertible {
    package var description: String {
        switch self {
        case .json(let error): "The body is not JSON: \(error)"
        case .notAReview: "The body is not an AdmissionReview."
        case .unsupportedVersion: "apiVersion is neither admission.k8s.io/v1 nor admission.k8s.io/v1beta1."
        case .noRequest: "The AdmissionReview has no request."
        case .invalidUID: "request.uid is not a string of 1 to \(ReviewEnvelope.longestUID) bytes."
        case .invalidField(let field): "request.\(field.rawValue) has a value of the wrong type."
        }
    }
}
