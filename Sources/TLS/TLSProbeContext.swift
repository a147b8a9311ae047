internal import COpenSSL

/// TLS policy of a client that asks only whether a listener completes handshakes. It verifies nothing, so nothing may
/// be read or sent over its sessions.
///
/// `@unchecked Sendable`: the SSL_CTX is written in `init` only.
@safe package final class TLSProbeContext: @unchecked Sendable {
    private let context: OpaquePointer

    package init() throws(TLSError) {
        ERR_clear_error()
        guard let made = unsafe SSL_CTX_new(TLS_client_method()) else { throw .draining(.libraryFailure) }
        unsafe SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nil)
        unsafe context = unsafe made
    }

    deinit { unsafe SSL_CTX_free(context) }

    func makeSession() -> OpaquePointer? {
        unsafe SSL_new(context)
    }
}
