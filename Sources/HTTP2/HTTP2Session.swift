internal import CNghttp2
import HTTPSemantics

/// The one owner of an nghttp2 server session. Every method says which C function it is.
///
/// Nothing is fed to a session that has been told to terminate (CVE-2026-27135); the engine sees to that.
@safe final class HTTP2Session {
    /// What a read amounted to.
    enum Reception {
        case accepted
        /// The peer does not speak HTTP/2, or broke it beyond what a GOAWAY of nghttp2's own could say.
        case broken
        /// More acknowledgements are owed than `acknowledgements`.
        case flooded
        /// Out of memory, or a defect.
        case failed
    }

    enum ErrorCode {
        case none
        case protocolError
        case internalError
        case settingsTimeout
        case enhanceYourCalm
    }

    /// What the callbacks fill. The session holds it, so the pointer that nghttp2 keeps is good for as long as it is used.
    private let streams: HTTP2Streams

    private let session: OpaquePointer

    /// A server session whose SETTINGS are queued. Nil when there is no memory.
    ///
    /// The corresponding C function is `nghttp2_session_server_new2`.
    init?(streams: HTTP2Streams, limits: HTTPLimits) {
        guard let callbacks = unsafe makeCallbacks() else { return nil }
        defer { unsafe nghttp2_session_callbacks_del(callbacks) }
        guard let options = unsafe HTTP2SessionOptions.make() else { return nil }
        defer { unsafe nghttp2_option_del(options) }

        var created: OpaquePointer?
        let userData = unsafe Unmanaged.passUnretained(streams).toOpaque()
        guard unsafe nghttp2_session_server_new2(&created, callbacks, userData, options) == 0,
            let created = unsafe created
        else { return nil }
        guard unsafe HTTP2SessionOptions.submitSettings(created, limits: limits) else {
            unsafe nghttp2_session_del(created)
            return nil
        }
        self.streams = streams
        unsafe session = created
    }

    deinit {
        unsafe nghttp2_session_del(session)
    }

    // MARK: In and out

    /// The corresponding C function is `nghttp2_session_mem_recv`.
    func receive(_ input: RawSpan) -> Reception {
        let taken = unsafe input.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe nghttp2_session_mem_recv(session, start, bytes.count)
        }
        guard taken < 0 else { return .accepted }
        switch Int32(truncatingIfNeeded: taken) {
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: return .broken
        case NGHTTP2_ERR_FLOODED.rawValue: return .flooded
        default: return .failed
        }
    }

    /// Appends the next frame to `output`. False when flow control lets none go, or there is none.
    ///
    /// The corresponding C function is `nghttp2_session_mem_send`.
    func appendFrame(to output: inout [UInt8]) -> Bool {
        var frame: UnsafePointer<UInt8>?
        let count = unsafe nghttp2_session_mem_send(session, &frame)
        guard count > 0, let frame = unsafe frame else { return false }
        unsafe output.append(contentsOf: UnsafeBufferPointer(start: frame, count: count))
        return true
    }

    /// The corresponding C functions are `nghttp2_session_want_read` and `nghttp2_session_want_write`.
    var isOver: Bool {
        unsafe nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
    }

    /// Frames waiting to go out. The corresponding C function is `nghttp2_session_get_outbound_queue_size`.
    var outboundFrames: Int { unsafe nghttp2_session_get_outbound_queue_size(session) }

    // MARK: Answers

    /// Queues an answer; `hasBody` makes nghttp2 ask for it through `answerIsRead`.
    ///
    /// The corresponding C function is `nghttp2_submit_response`.
    func submitAnswer(_ id: Int32, _ fields: inout HTTP2FieldBlock, hasBody: Bool) -> Bool {
        var source = unsafe nghttp2_data_provider(source: nghttp2_data_source(), read_callback: answerIsRead)
        return unsafe fields.withEntries { entries, count in
            hasBody
                ? unsafe nghttp2_submit_response(session, id, entries, count, &source)
                : unsafe nghttp2_submit_response(session, id, entries, count, nil)
        } == 0
    }

    /// Asks again for the body of an open answer that had nothing to send.
    ///
    /// The corresponding C function is `nghttp2_session_resume_data`.
    func resume(_ id: Int32) {
        _ = unsafe nghttp2_session_resume_data(session, id)
    }

    /// Queues an interim answer. The corresponding C function is `nghttp2_submit_headers`.
    func submitInterim(_ id: Int32, _ fields: inout HTTP2FieldBlock) {
        _ = unsafe fields.withEntries { entries, count in
            unsafe nghttp2_submit_headers(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, nil, entries, count, nil)
        }
    }

    /// Ends a stream, without blame when the answer is complete (RFC 9113 section 8.1).
    ///
    /// The corresponding C function is `nghttp2_submit_rst_stream`.
    func reset(_ id: Int32, _ code: ErrorCode) {
        _ = unsafe nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code.value)
    }

    // MARK: The end

    /// Tells the peer to open no more streams (RFC 9113 section 6.8).
    ///
    /// The corresponding C function is `nghttp2_submit_shutdown_notice`.
    func submitDrainNotice() {
        _ = unsafe nghttp2_submit_shutdown_notice(session)
    }

    /// Asks whether the peer has read the notice. The corresponding C function is `nghttp2_submit_ping`.
    func submitDrainPing() {
        _ = unsafe drainPing.withUnsafeBufferPointer { payload in
            unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), payload.baseAddress)
        }
    }

    /// Names the last stream that is served; those that are open are still answered.
    ///
    /// The corresponding C function is `nghttp2_submit_goaway`.
    func submitGoAway() {
        let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
        _ = unsafe nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, ErrorCode.none.value, nil, 0)
    }

    /// Queues the last frame. The corresponding C function is `nghttp2_session_terminate_session`.
    func terminate(_ code: ErrorCode) {
        _ = unsafe nghttp2_session_terminate_session(session, code.value)
    }
}

extension HTTP2Session.ErrorCode {
    fileprivate var value: UInt32 {
        switch self {
        case .none: NGHTTP2_NO_ERROR.rawValue
        case .protocolError: NGHTTP2_PROTOCOL_ERROR.rawValue
        case .internalError: NGHTTP2_INTERNAL_ERROR.rawValue
        case .settingsTimeout: NGHTTP2_SETTINGS_TIMEOUT.rawValue
        case .enhanceYourCalm: NGHTTP2_ENHANCE_YOUR_CALM.rawValue
        }
    }
}
