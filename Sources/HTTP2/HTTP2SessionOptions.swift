internal import CNghttp2
import HTTPSemantics

/// What nghttp2 is told to allow, and what the peer is told with SETTINGS.
enum HTTP2SessionOptions {
    /// CONTINUATION frames within one read; over all reads, `HTTP2FloodGuard` counts them. nghttp2 counts every look at a frame's
    /// head, and reads of one byte make nine looks.
    private static let continuations = 9 * HTTP2FloodGuard.continuations

    /// Received resets: a burst, and how many a second it recovers (CVE-2023-44487). As many as there may be streams.
    private static let resetBurst: UInt64 = 100
    private static let resetsPerSecond: UInt64 = 10

    /// Acknowledgements of PING and SETTINGS waiting to go out (CVE-2019-9512, 9515). Good clients wait for each.
    private static let acknowledgements = 64

    /// Entries of one SETTINGS frame (CVE-2020-11080). Ten are registered.
    private static let settingsEntries = 16

    /// A body flows without a pause when the window holds what one round trip carries; most reviews fit it whole.
    private static let streamWindowBytes: UInt32 = 256 * 1024

    /// Four full stream windows. Not memory: what bodies may hold is the budget's business.
    private static let connectionWindowBytes: Int32 = 1024 * 1024

    /// The corresponding C functions are `nghttp2_option_new` and `nghttp2_option_set_...`.
    static func make() -> OpaquePointer? {
        var options: OpaquePointer?
        guard unsafe nghttp2_option_new(&options) == 0 else { return nil }
        unsafe nghttp2_option_set_max_continuations(options, continuations)
        unsafe nghttp2_option_set_stream_reset_rate_limit(options, resetBurst, resetsPerSecond)
        unsafe nghttp2_option_set_max_outbound_ack(options, acknowledgements)
        unsafe nghttp2_option_set_max_settings(options, settingsEntries)
        return unsafe options
    }

    /// Queues our SETTINGS and opens the connection window.
    ///
    /// The corresponding C functions are `nghttp2_submit_settings` and `nghttp2_session_set_local_window_size`.
    static func submitSettings(_ session: OpaquePointer, limits: HTTPLimits) -> Bool {
        let settings = [
            entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, UInt32(clamping: limits.concurrentStreams)),
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, streamWindowBytes),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, UInt32(clamping: limits.fieldBytes)),
            // No priority tree to churn (CVE-2019-9513): RFC 9218 section 2.1.
            entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
        ]
        let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        return unsafe nghttp2_submit_settings(session, flags, settings, settings.count) == 0
            && nghttp2_session_set_local_window_size(session, flags, 0, connectionWindowBytes) == 0
    }

    private static func entry(_ id: nghttp2_settings_id, _ value: UInt32) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: value)
    }
}
