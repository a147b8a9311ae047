internal import COpenSSL

/// What ALPN (RFC 7301) settled for a connection.
package enum NegotiatedProtocol: Sendable {
    case http1
    case http2
}

/// The wire form of the protocol names this server knows.
private enum ProtocolName {
    static let http2: StaticString = "h2"
    static let http1: StaticString = "http/1.1"
}

/// OpenSSL calls these during a handshake, with the client's list, when the client sent one.
func selectHTTP2OrHTTP1(
    _: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ length: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: UInt32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe select([ProtocolName.http2, ProtocolName.http1], chosen, length, offered, count)
}

func selectHTTP1(
    _: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ length: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: UInt32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe select([ProtocolName.http1], chosen, length, offered, count)
}

/// Picks the first of `ours` that the client offers; none ends the handshake with no_application_protocol, as RFC 7301
/// section 3.2 demands.
private func select(
    _ ours: [StaticString], _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ length: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: UInt32
) -> Int32 {
    guard let chosen = unsafe chosen, let length = unsafe length, let offered = unsafe offered else {
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    for name in ours {
        var index = 0
        while index < Int(count) {
            let size = unsafe Int(offered[index])
            guard index + 1 + size <= Int(count) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
            let candidate = unsafe UnsafeBufferPointer(start: offered + index + 1, count: size)
            let matches = name.withUTF8Buffer { unsafe $0.elementsEqual(candidate) }
            if matches {
                unsafe chosen.pointee = unsafe offered + index + 1
                unsafe length.pointee = UInt8(size)
                return SSL_TLSEXT_ERR_OK
            }
            index += 1 + size
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
