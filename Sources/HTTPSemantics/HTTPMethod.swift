/// A request method (RFC 9110 section 9). Methods the servers here never serve fold into `other`.
package enum HTTPMethod: Sendable, Equatable {
    case get
    case head
    case post
    case put
    case patch
    case delete
    case options
    case other
}
