/// Why a pod or a Kelos object is refused. The raw value is a metric label.
package enum RefusalReason: String, CaseIterable, Sendable {
    case reservedVolume = "reserved-volume"
    case mountCollision = "mount-collision"
    case subPathMount = "sub-path-mount"
    case invalidAnnotation = "invalid-annotation"
    case malformedPod = "malformed-pod"
    case reservedContainer = "reserved-container"
    case duplicateName = "duplicate-name"
    case emptyName = "empty-name"

    /// One sentence for a person.
    package var explanation: String {
        switch self {
        case .reservedVolume: "A volume uses a name that is reserved."
        case .mountCollision: "Another volume is mounted where the GitHub token or the gh wrapper goes."
        case .subPathMount: "The GitHub token is mounted with subPath, so it would never be renewed."
        case .invalidAnnotation: "An annotation has a value that cannot be used."
        case .malformedPod: "A field is not of the type that the Kubernetes API gives it."
        case .reservedContainer: "A container uses a name that is reserved."
        case .duplicateName: "Two volumes, or two containers, have the same name."
        case .emptyName: "A container has no name."
        }
    }
}

/// One thing that must change before a pod or a Kelos object is accepted, in the words of Kubernetes' own validation
/// (k8s.io/apimachinery/pkg/util/validation/field).
package struct Violation: Sendable, Equatable {
    /// The causes of metav1.StatusCause that occur here.
    package enum Cause: String, Sendable {
        case invalid = "FieldValueInvalid"
        case forbidden = "FieldValueForbidden"
        case typeInvalid = "FieldValueTypeInvalid"
        case duplicate = "FieldValueDuplicate"
        case required = "FieldValueRequired"
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
        let value = value.map { "\($0): " } ?? ""
        switch cause {
        case .forbidden: message = "Forbidden: \(detail)"
        case .invalid, .typeInvalid: message = "Invalid value: \(value)\(detail)"
        case .duplicate: message = "Duplicate value: \(value)\(detail)"
        case .required: message = "Required value: \(detail)"
        }
    }
}
