import RawJSON

/// Where a pod, or the template of one, stands in a document.
package struct PodLocation: Sendable, Equatable {
    /// A JSON Pointer (RFC 6901) as it stands inside a JSON string; empty for a document that is the pod.
    let pointer: [UInt8]

    /// What comes before `spec` in a field path: empty, or such as `spec.template.`.
    let fieldPrefix: String

    /// - Parameter path: the names of the fields that lead to the pod.
    package init(_ path: [String]) {
        var text: [UInt8] = []
        text.append(quoted: path.map { "/" + JSONPointer.escaped($0) }.joined())
        pointer = Array(text.dropFirst().dropLast())
        fieldPrefix = path.map { "\($0)." }.joined()
    }

    /// The document is a Pod.
    package static let pod = PodLocation([])

    /// The document is a Job, a Deployment, a StatefulSet or another object with a pod template.
    package static let template = PodLocation(["spec", "template"])

    /// The document is a CronJob.
    package static let cronJobTemplate = PodLocation(["spec", "jobTemplate", "spec", "template"])
}
