package import HTTPSemantics
package import PodManifests

/// What a service answers.
package enum SandboxAnswer: Sendable {
    case whole(WholeAnswer)
    /// A body that goes on, of the type JSON.
    case open(ResponseStream)
    /// An answer that is made elsewhere: the stream's producer gives it its head.
    case later(ResponseStream)

    /// The answer when it is there as a whole.
    package var whole: WholeAnswer? {
        if case .whole(let answer) = self { answer } else { nil }
    }
}

/// A complete answer.
package struct WholeAnswer: Sendable {
    package var status: UInt16
    package var contentType: String
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        status: UInt16, contentType: String = "application/json", fields: [(name: String, value: String)] = [],
        body: [UInt8]
    ) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }

    package init(_ status: UInt16, _ value: ManifestValue) {
        self.init(status: status, body: JSONWriter.compact(value) + [UInt8(ascii: "\n")])
    }

    package init(_ status: APIStatus) {
        self.init(status.code, status.object)
        if let seconds = status.details?["retryAfterSeconds"]?.integer { fields.append(("retry-after", "\(seconds)")) }
    }

    /// The answer in the server's form.
    func fill(_ response: inout Response) {
        response.status = HTTPStatus(code: status, reason: Self.reason(status))
        if !contentType.isEmpty { response.madeFields.append(("content-type", contentType)) }
        response.madeFields += fields
        response.body = body
    }

    private static func reason(_ code: UInt16) -> StaticString {
        switch code {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 410: "Gone"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Entity"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Unnamed"
        }
    }
}

/// One of the two APIs.
package protocol SandboxService: Sendable {
    func answer(_ request: SandboxRequest) -> SandboxAnswer
}
