internal import HTTPSemantics

/// Answers every request of a connection above the limit with 503 and `Retry-After: 1`, which the API server's client
/// retries within its timeout (client-go rest/with_retry.go), and ends the connection.
final class SheddingHandler: RequestHandler {
    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool {
        response.setText(.serviceUnavailable, "too many connections; try again")
        response.fields.append(("retry-after", "1"))
        response.endsConnection = true
        return false
    }

    func handle(_ head: RequestHead, body: RawSpan, response: inout Response) {
        _ = admit(head, contentLength: nil, response: &response)
    }
}
