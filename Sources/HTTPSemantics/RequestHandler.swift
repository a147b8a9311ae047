/// What serves requests. Each event loop makes its own, so a handler may keep scratch storage without a lock.
///
/// Both methods are synchronous and do no I/O: they run on the event loop, between a read and a write.
package protocol RequestHandler: AnyObject {
    /// Judges a request by its head, before its body is read.
    ///
    /// Return false after filling `response` to refuse the request: the engine sends the answer, reads no body and
    /// answers `Expect: 100-continue` with it.
    ///
    /// - Parameter contentLength: the announced body length in bytes; nil where HTTP/2 announced none.
    func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool

    /// Answers a complete request. `body` is valid during the call only.
    func handle(_ head: RequestHead, body: RawSpan, response: inout Response)
}
