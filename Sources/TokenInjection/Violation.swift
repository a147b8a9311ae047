/// Why a pod is refused. The raw value is a metric label.
package enum RefusalReason: String, CaseIterable, Sendable {
    case reservedVolume = "reserved-volume"
    case mountCollision = "mount-collision"
    case subPathMount = "sub-path-mount"
    case invalidAnnotation = "invalid-annotation"
    case malformedPod = "malformed-pod"

    /// One sentence for a person.
    package var explanation: String {
        switch self {
        case .reservedVolume: "A volume uses a name that is reserved for the GitHub token."
        case .mountCollision: "Another volume is mounted where the GitHub token or the gh wrapper goes."
        case .subPathMount: "The GitHub token is mounted with subPath, so it would never be renewed."
        case .invalidAnnotation: "An annotation has a value that cannot be used."
        case .malformedPod: "A field is not of the type that the Kubernetes API gives it."
        }
    }
}

/// One thing that must change before a pod is accepted, in the words of Kubernetes' own validation
/// (k8s.io/apimachinery/pkg/util/validation/field).
package struct Violation: Sendable, Equatable {
    /// The causes of metav1.StatusCause that occur here.
    package enum Cause: String, Sendable {
        case invalid = "FieldValueInvalid"
        case forbidden = "FieldValueForbidden"
        case typeInvalid = "FieldValueTypeInvalid"
    }

    package let reason: RefusalReason
    package let cause: Cause

    /// Such as `spec.initContainers[0].volumeMounts[1].mountPath`.
    package let field: String

    /// What is wrong and what to do; text from the pod is quoted, cut and free of control characters.
    package let message: String

    init(_ reason: RefusalReason, _ cause: Cause, at field: String, value: String? = nil, _ detail: String) {
        self.reason = reason
        self.cause = cause
        self.field = field
        switch cause {
        case .forbidden: message = "Forbidden: \(detail)"
        case .invalid, .typeInvalid: message = "Invalid value: \(value.map { "\($0): " } ?? "")\(detail)"
        }
    }
}
