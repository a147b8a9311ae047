package import PodManifests

/// A failure in the form every Kubernetes client reads: a `Status` object (apimachinery pkg/apis/meta/v1/types.go).
package struct APIStatus: Error, Equatable, Sendable {
    package let code: UInt16
    package let reason: String
    package let message: String
    package var details: ManifestValue?

    package init(_ code: UInt16, _ reason: String, _ message: String, details: ManifestValue? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    package var object: ManifestValue {
        var object: ManifestValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "reason": .string(reason),
        ]
        object.set("details", details)
        object.set("code", .number(code))
        return object
    }

    private static func details(_ resource: APIResource, _ name: String) -> ManifestValue {
        var details: ManifestValue = ["name": .string(name)]
        if !resource.group.isEmpty { details.set("group", .string(resource.group)) }
        details.set("kind", .string(resource.plural))
        return details
    }

    package static func notFound(_ resource: APIResource, _ name: String) -> APIStatus {
        APIStatus(
            404, "NotFound", "\(resource.qualifiedName) \"\(name)\" not found", details: details(resource, name))
    }

    package static func alreadyExists(_ resource: APIResource, _ name: String) -> APIStatus {
        APIStatus(
            409, "AlreadyExists", "\(resource.qualifiedName) \"\(name)\" already exists",
            details: details(resource, name))
    }

    package static func conflict(_ resource: APIResource, _ name: String, _ why: String? = nil) -> APIStatus {
        let why =
            why ?? "the object has been modified; please apply your changes to the latest version and try again"
        return APIStatus(
            409, "Conflict", "Operation cannot be fulfilled on \(resource.qualifiedName) \"\(name)\": \(why)",
            details: details(resource, name))
    }

    package static func invalid(
        _ resource: APIResource, _ name: String, field: String, _ problem: String
    ) -> APIStatus {
        var details = details(resource, name)
        details.set("kind", .string(resource.kind))
        details.set(
            "causes",
            [["reason": "FieldValueInvalid", "message": .string(problem), "field": .string(field)]])
        let subject = resource.group.isEmpty ? resource.kind : "\(resource.kind).\(resource.group)"
        return APIStatus(422, "Invalid", "\(subject) \"\(name)\" is invalid: \(field): \(problem)", details: details)
    }

    package static func badRequest(_ message: String) -> APIStatus { APIStatus(400, "BadRequest", message) }

    package static func expired(_ message: String) -> APIStatus { APIStatus(410, "Expired", message) }

    package static func tooOld(_ revision: UInt64, oldest: UInt64) -> APIStatus {
        expired("too old resource version: \(revision) (\(oldest))")
    }

    package static let unknownPath = APIStatus(
        404, "NotFound", "the server could not find the requested resource", details: [:])
    package static let unauthorized = APIStatus(401, "Unauthorized", "Unauthorized")
    package static let wrongMethod = APIStatus(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource", details: [:])
    package static let unsupportedPatch = APIStatus(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
            + "application/json-patch+json, application/merge-patch+json")
}
