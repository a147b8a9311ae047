/// Counts what one connection does besides asking, and says when it is too much.
///
/// nghttp2 1.52 limits received resets, CONTINUATION frames, acknowledgements and SETTINGS entries itself (see
/// `HTTP2Session`); these are the floods that it lets through. Limits are for the life of a connection: a client of
/// goodwill comes nowhere near them.
struct HTTP2FloodGuard {
    /// Invalid frames and streams that we had to reset. Each makes us work and no good client causes any: CVE-2025-8671
    /// (MadeYouReset) tricks a server into resetting. A reset that follows an invalid frame counts twice. netty and
    /// haproxy count the same way.
    static let glitches = 50

    /// DATA frames that carry nothing and end nothing (CVE-2019-9518).
    static let emptyDataFrames = 100

    /// CONTINUATION frames of one header block (CVE-2024-28182): 16 KiB of fields fit the HEADERS frame already.
    static let continuations = 4

    /// PING, SETTINGS, PRIORITY, WINDOW_UPDATE, RST_STREAM and the like, on credit (CVE-2019-9512, 9513, 9515). Go's client
    /// pings an idle connection every 30 s: 8 hours of that. Frames of unknown types, which nghttp2 skips without a word,
    /// cost no more than the bytes they are made of.
    static let controlCredit = 1000

    /// What an answered request adds to the credit. Go's client sends about two WINDOW_UPDATE frames a request.
    static let controlCreditPerAnswer = 20

    /// Frames that nghttp2 has queued for a peer that does not read (CVE-2019-9517): 100 answers of HEADERS and DATA, 64
    /// acknowledgements and as many WINDOW_UPDATE frames come to about 400.
    static let outboundFrames = 512

    private var glitchCount = 0
    private var emptyDataCount = 0
    private var continuationCount = 0
    private var credit = controlCredit

    /// True once the connection has to end with ENHANCE_YOUR_CALM.
    var isExceeded: Bool {
        glitchCount > HTTP2FloodGuard.glitches || emptyDataCount > HTTP2FloodGuard.emptyDataFrames
            || continuationCount > HTTP2FloodGuard.continuations || credit < 0
    }

    mutating func noteGlitch() { glitchCount += 1 }
    mutating func noteEmptyData() { emptyDataCount += 1 }

    /// A header block begins. What an earlier one did wrong in the same read is not forgiven.
    mutating func noteHeaders() {
        if continuationCount <= HTTP2FloodGuard.continuations { continuationCount = 0 }
    }

    mutating func noteContinuation() { continuationCount += 1 }
    mutating func noteControlFrame() { credit -= 1 }

    mutating func noteAnswer() {
        credit = min(credit + HTTP2FloodGuard.controlCreditPerAnswer, HTTP2FloodGuard.controlCredit)
    }
}
