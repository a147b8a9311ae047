/// A kind of object as the API's paths name it.
package struct Resource: Sendable, Hashable {
    /// Empty for the core group.
    package let group: String
    package let version: String
    package let plural: String

    package init(group: String = "", version: String = "v1", plural: String) {
        self.group = group
        self.version = version
        self.plural = plural
    }

    package static let secrets = Resource(plural: "secrets")
    package static let pods = Resource(plural: "pods")
    package static let events = Resource(plural: "events")
    package static let namespaces = Resource(plural: "namespaces")
    package static let services = Resource(plural: "services")
    package static let endpoints = Resource(plural: "endpoints")
    package static let jobs = Resource(group: "batch", plural: "jobs")
    package static let deployments = Resource(group: "apps", plural: "deployments")
    package static let statefulSets = Resource(group: "apps", plural: "statefulsets")
    package static let leases = Resource(group: "coordination.k8s.io", plural: "leases")
    package static let mutatingWebhookConfigurations = Resource(
        group: "admissionregistration.k8s.io", plural: "mutatingwebhookconfigurations")
    package static let subjectAccessReviews = Resource(group: "authorization.k8s.io", plural: "subjectaccessreviews")
    package static let localSubjectAccessReviews = Resource(
        group: "authorization.k8s.io", plural: "localsubjectaccessreviews")

    /// The path of one object, of a namespace's objects, or of all.
    func path(namespace: String?, name: String? = nil) -> String {
        var path = group.isEmpty ? "/api/" : "/apis/\(PercentEncoding.encoded(group))/"
        path += PercentEncoding.encoded(version)
        if let namespace { path += "/namespaces/" + PercentEncoding.encoded(namespace) }
        path += "/" + PercentEncoding.encoded(plural)
        if let name { path += "/" + PercentEncoding.encoded(name) }
        return path
    }
}

/// One object's place.
package struct ObjectKey: Sendable, Hashable {
    /// Empty for objects outside namespaces.
    package let namespace: String
    package let name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }
}

/// RFC 3986 section 2.1 for path segments and query values alike.
enum PercentEncoding {
    static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.utf8.count == 1 ? "%0" + digits : "%" + digits
            }
        }
        // A segment of dots would mean another path to whoever normalizes it.
        return encoded == "." || encoded == ".." ? encoded.replacing(".", with: "%2E") : encoded
    }

    /// `?a=b&c=d`; empty for no pairs.
    static func query(_ pairs: [(String, String)]) -> String {
        guard !pairs.isEmpty else { return "" }
        return "?" + pairs.map { "\($0)=\(encoded($1))" }.joined(separator: "&")
    }
}
