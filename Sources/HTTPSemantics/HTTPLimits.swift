/// What one connection may ask of the server. Each default names its reason.
package struct HTTPLimits: Sendable {
    /// Longest request line, in bytes. The API server sends about 60; RFC 9112 section 3 recommends at least 8000.
    package var requestLineBytes = 8 * 1024

    /// All field lines of a request together, in bytes; over HTTP/2 counted as RFC 9113 section 10.5.1 does (name + value + 32).
    package var fieldBytes = 16 * 1024

    /// Field lines of one request. The API server sends about eight.
    package var fieldCount = 64

    /// Longest request body, in bytes. A review carries `object` and `oldObject`, each up to 3 MiB, and about 1 MiB around
    /// them: the sum controller-runtime uses (pkg/webhook/admission/http.go).
    package var bodyBytes = 7 * 1024 * 1024

    /// Streams open at once on one HTTP/2 connection.
    package var concurrentStreams = 100

    /// Requests answered on one connection before it is closed, so that load balancers see new ones. `Int.max` never closes.
    package var requestsPerConnection = Int.max

    package init() {}
}
