internal import CNghttp2
import HTTPSemantics

// What nghttp2 calls, and when. Each trampoline finds the connection's `HTTP2Streams` behind `user_data`, which the session
// keeps alive, and tells it one thing. None submits anything, throws, or returns an error: the engine judges afterwards.

/// The payload of the PING that asks whether the drain notice has been read: "draining".
let drainPing: [UInt8] = Array("draining".utf8)

/// Makes the table that a server session copies. Nil when there is no memory.
func makeCallbacks() -> OpaquePointer? {
    var table: OpaquePointer?
    guard unsafe nghttp2_session_callbacks_new(&table) == 0 else { return nil }
    unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(table, frameBegan)
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(table, headersBegan)
    unsafe nghttp2_session_callbacks_set_on_header_callback(table, fieldArrived)
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, dataArrived)
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(table, frameArrived)
    unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(table, invalidFrameArrived)
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(table, frameSent)
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(table, streamClosed)
    return unsafe table
}

private func streams(_ userData: UnsafeMutableRawPointer?) -> HTTP2Streams? {
    guard let userData = unsafe userData else { return nil }
    return unsafe Unmanaged<HTTP2Streams>.fromOpaque(userData).takeUnretainedValue()
}

/// A frame header has come, of a type that nghttp2 knows.
private let frameBegan: nghttp2_on_begin_frame_callback = { _, header, userData in
    guard let header = unsafe header, let streams = unsafe streams(userData) else { return 0 }
    switch UInt32(unsafe header.pointee.type) {
    case NGHTTP2_DATA.rawValue: break
    case NGHTTP2_HEADERS.rawValue: streams.floodGuard.noteHeaders()
    case NGHTTP2_CONTINUATION.rawValue: streams.floodGuard.noteContinuation()
    default: streams.floodGuard.noteControlFrame()
    }
    return 0
}

/// A header block begins: a new request, or the trailers of one.
private let headersBegan: nghttp2_on_begin_headers_callback = { _, frame, userData in
    guard let frame = unsafe frame, let streams = unsafe streams(userData) else { return 0 }
    if unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
        unsafe streams.headBegan(frame.pointee.hd.stream_id)
    }
    return 0
}

/// One field of a header block. Trailers are dropped: nothing here reads them.
private let fieldArrived: nghttp2_on_header_callback = { _, frame, name, nameCount, value, valueCount, _, userData in
    guard let frame = unsafe frame, let name = unsafe name, let value = unsafe value, nameCount > 0,
        unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST,
        let stream = unsafe streams(userData)?.stream(frame.pointee.hd.stream_id)
    else { return 0 }
    let nameSpan = unsafe Span(_unsafeStart: name, count: nameCount)
    let valueSpan = unsafe Span(_unsafeStart: value, count: valueCount)
    stream.addField(name: nameSpan, value: valueSpan)
    return 0
}

/// A piece of a DATA frame. The window is updated by nghttp2: what a body may hold is the budget's business.
private let dataArrived: nghttp2_on_data_chunk_recv_callback = { _, _, id, bytes, count, userData in
    guard let bytes = unsafe bytes, let streams = unsafe streams(userData) else { return 0 }
    unsafe streams.bodyArrived(id, RawSpan(_unsafeStart: bytes, byteCount: count))
    return 0
}

/// A frame is complete; for HEADERS, its CONTINUATION frames as well.
private let frameArrived: nghttp2_on_frame_recv_callback = { _, frame, userData in
    guard let frame = unsafe frame, let streams = unsafe streams(userData) else { return 0 }
    let header = unsafe frame.pointee.hd
    let endsRequest = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue where unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST:
        streams.headEnded(header.stream_id, endsRequest: endsRequest)
    case NGHTTP2_HEADERS.rawValue: if endsRequest { streams.requestEnded(header.stream_id) }
    case NGHTTP2_DATA.rawValue: unsafe dataFrameArrived(streams, frame.pointee.data, endsRequest: endsRequest)
    case NGHTTP2_SETTINGS.rawValue: streams.settingsArrived()
    case NGHTTP2_PING.rawValue: unsafe pingArrived(streams, frame.pointee.ping)
    default: break
    }
    return 0
}

private func dataFrameArrived(_ streams: HTTP2Streams, _ data: nghttp2_data, endsRequest: Bool) {
    if endsRequest {
        streams.requestEnded(data.hd.stream_id)
    } else if data.hd.length == data.padlen {
        streams.floodGuard.noteEmptyData()
    }
}

private func pingArrived(_ streams: HTTP2Streams, _ ping: nghttp2_ping) {
    guard ping.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 else { return }
    let isOurs = unsafe withUnsafeBytes(of: ping.opaque_data) { unsafe $0.elementsEqual(drainPing) }
    if isOurs { streams.drainAcknowledged() }
}

/// A frame that breaks the protocol; nghttp2 has queued RST_STREAM or GOAWAY for it.
private let invalidFrameArrived: nghttp2_on_invalid_frame_recv_callback = { _, _, _, userData in
    unsafe streams(userData)?.floodGuard.noteGlitch()
    return 0
}

/// A frame of ours has been handed out by `nghttp2_session_mem_send`.
private let frameSent: nghttp2_on_frame_send_callback = { _, frame, userData in
    guard let frame = unsafe frame, let streams = unsafe streams(userData) else { return 0 }
    let header = unsafe frame.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue:
        if header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 { streams.answerEnded(header.stream_id) }
    case NGHTTP2_RST_STREAM.rawValue:
        // Our own polite resets, after an answer that did not wait for the body, are no sign of abuse.
        let isPolite = unsafe frame.pointee.rst_stream.error_code == NGHTTP2_NO_ERROR.rawValue
        if !isPolite { streams.floodGuard.noteGlitch() }
    case NGHTTP2_GOAWAY.rawValue: streams.goAwaySent()
    default: break
    }
    return 0
}

/// A stream is over, for whatever reason. Must return 0: an error here leaks in nghttp2 before 1.56 (CVE-2023-35945).
private let streamClosed: nghttp2_on_stream_close_callback = { _, id, _, userData in
    unsafe streams(userData)?.closed(id)
    return 0
}

/// nghttp2 builds a DATA frame of `room` bytes at most, as flow control allows, and asks for its content.
let answerIsRead: nghttp2_data_source_read_callback = { _, id, buffer, room, flags, _, userData in
    guard let buffer = unsafe buffer, let flags = unsafe flags, let stream = unsafe streams(userData)?.stream(id) else {
        return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
    var target = unsafe MutableRawSpan(_unsafeStart: buffer, byteCount: room)
    guard let read = stream.readAnswer(into: &target) else {
        return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
    if stream.isDeferred { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
    if read.isLast { unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
    return read.count
}
