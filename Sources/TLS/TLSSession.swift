internal import COpenSSL

/// One TLS connection without its socket: ciphertext in, plaintext out, and the other way round.
///
/// Used by one thread, that of the event loop which owns the connection. Ciphertext for the peer collects in `outgoing`;
/// the driver sends it after every call.
@safe package final class TLSSession {
    package enum Progress: Equatable {
        /// The handshake wants more bytes.
        case handshaking
        /// Application data may flow both ways.
        case open
        /// The peer has said close_notify.
        case ended
    }

    private let session: OpaquePointer
    private let transport: MemoryTransport
    package private(set) var progress = Progress.handshaking

    /// The server's side of a new connection.
    package init(accepting context: TLSContext) throws(TLSError) {
        ERR_clear_error()
        guard let session = unsafe context.makeSession() else { throw .draining(.libraryFailure) }
        unsafe self.session = unsafe session
        transport = MemoryTransport()
        try attachTransport()
        unsafe SSL_set_accept_state(session)
    }

    /// The client's side, for a server that probes itself: the certificate is not verified.
    package init(probing context: TLSProbeContext) throws(TLSError) {
        ERR_clear_error()
        guard let session = unsafe context.makeSession() else { throw .draining(.libraryFailure) }
        unsafe self.session = unsafe session
        transport = MemoryTransport()
        try attachTransport()
        unsafe SSL_set_connect_state(session)
    }

    deinit { unsafe SSL_free(session) }

    /// Ciphertext for the peer, oldest first. The driver empties it.
    package var outgoing: [UInt8] {
        get { transport.outgoing }
        _modify { yield &transport.outgoing }
    }

    package var negotiatedProtocol: NegotiatedProtocol {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &name, &length)
        // Of the names offered here, only "h2" is two bytes long.
        return length == 2 ? .http2 : .http1
    }

    /// PEM of what the peer has shown of itself, the leaf first, after a client's handshake; empty if there is nothing.
    package var peerCertificates: [UInt8] {
        guard let chain = unsafe SSL_get_peer_cert_chain(session) else { return [] }
        var text: [UInt8] = []
        let count = unsafe kelos_chain_count(chain)
        for position in 0..<count {
            text += unsafe PEM.text { unsafe PEM_write_bio_X509($0, kelos_chain_at(chain, position)) }
        }
        return text
    }

    /// Starts a client's handshake, or goes on with one.
    package func handshake() throws(TLSError) {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(session)
        if result == 1 {
            progress = .open
            return
        }
        let error = unsafe SSL_get_error(session, result)
        guard error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE else {
            throw .draining(.protocolFailure)
        }
    }

    /// Feeds ciphertext and hands every piece of plaintext that it completes to `deliver`, at most one TLS record
    /// (16 KiB) at a time.
    ///
    /// - Parameters:
    ///   - ciphertext: what the socket gave: the first `count` bytes of it.
    ///   - scratch: where plaintext is put for `deliver`; 16 KiB hold a whole record.
    /// - Throws: `TLSError`; an alert for the peer may then wait in `outgoing`.
    package func receive(
        _ ciphertext: [UInt8], count: Int, scratch: inout [UInt8], deliver: (RawSpan) -> Void
    ) throws(TLSError) {
        transport.offer(ciphertext, count: count)
        defer { transport.withdraw() }
        if progress == .handshaking {
            try handshake()
            if progress == .handshaking { return }
        }
        while progress == .open {
            ERR_clear_error()
            let count = unsafe scratch.withUnsafeMutableBytes {
                unsafe SSL_read(session, $0.baseAddress, Int32(clamping: $0.count))
            }
            if count > 0 {
                unsafe deliver(scratch.span.bytes.extracting(first: Int(count)))
                continue
            }
            switch unsafe SSL_get_error(session, count) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
            case SSL_ERROR_ZERO_RETURN: progress = .ended
            default: throw .draining(.protocolFailure)
            }
        }
    }

    /// Encrypts `plaintext` into `outgoing`.
    package func send(_ plaintext: [UInt8]) throws(TLSError) {
        guard !plaintext.isEmpty else { return }
        ERR_clear_error()
        let count = unsafe plaintext.withUnsafeBytes {
            unsafe SSL_write(session, $0.baseAddress, Int32(clamping: $0.count))
        }
        // The transport takes everything, so a write is whole or the connection is broken.
        guard count == plaintext.count else { throw .draining(.protocolFailure) }
    }

    /// Says close_notify, into `outgoing`.
    package func close() {
        guard progress != .handshaking else { return }
        ERR_clear_error()
        _ = unsafe SSL_shutdown(session)
        ERR_clear_error()
    }

    private func attachTransport() throws(TLSError) {
        guard let bio = unsafe transport.makeBIO() else { throw .draining(.libraryFailure) }
        // One BIO for both directions: SSL_set_bio then takes over exactly one reference.
        unsafe SSL_set_bio(session, bio, bio)
    }
}
