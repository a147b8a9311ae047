/// How far a connection is on its way out (RFC 9113 section 6.8).
enum HTTP2Drain {
    /// Exit: `.wanted`.
    case none
    /// To be announced as soon as a request has come: a client that was told so before its first would only connect again,
    /// to the same server. Exit: `.noticed`.
    case wanted
    /// GOAWAY with the highest stream number is queued. Exit: `.noticed` when it has left.
    case announced
    /// A PING follows it: nghttp2 would send that first if it were queued any sooner. What the peer sent before it read both
    /// is served. Exit: `.final` when the PING is acknowledged.
    case noticed
    /// GOAWAY with the last stream that is served is out. The connection ends with the last answer.
    case final
}
