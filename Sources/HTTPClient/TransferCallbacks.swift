internal import CCurl
internal import Glibc

// What libcurl calls, on the client's thread, while that thread is inside `perform` or `resume`. The context is the
// `Transfer` that the loop keeps alive as long as its handle is in the set.

let headLineArrived: kelos_bytes_callback = { bytes, size, count, context in
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let line = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return transfer.headLine(line) ? size * count : 0
}

let bodyArrived: kelos_bytes_callback = { bytes, size, count, context in
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let piece = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return switch transfer.bodyPiece(piece) {
    case .taken: size * count
    case .heldBack: Int(CURL_WRITEFUNC_PAUSE)
    case .refused: 0
    }
}

/// Opens a connection's socket. libcurl itself would let child processes inherit it, and then it outlives its closing
/// here. Without the timeout a peer that vanishes while a request is under way would hold an HTTP/2 connection, and every
/// request after it, for the kernel's quarter of an hour (tcp(7), TCP_USER_TIMEOUT).
let socketWanted: curl_opensocket_callback = { _, _, address in
    guard let wanted = unsafe address?.pointee else { return -1 }
    let type = wanted.socktype | Int32(SOCK_CLOEXEC.rawValue)
    let socket = Glibc.socket(wanted.family, type, wanted.protocol)
    var milliseconds: Int32 = 30_000
    let size = socklen_t(MemoryLayout<Int32>.size)
    if socket >= 0 { unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, size) }
    return socket
}
