internal import CCurl
internal import HTTPTransport
internal import Platform

extension TransportError {
    static let cancelled = TransportError(.cancelled, "the request was cancelled")
    static let closed = TransportError(.closed, "the HTTP client has been shut down")
    static let noMemory = TransportError(.interrupted, "libcurl has no memory for another request")

    /// What libcurl's verdict on an exchange means. Its own text is left out: it may quote what the peer sent.
    static func curl(_ code: CURLcode, _ transfer: Transfer) -> TransportError {
        let handle = transfer.handle
        let connectStatus = handle.number(CURLINFO_HTTP_CONNECTCODE)
        let name = transfer.destination.name
        guard code != CURLE_OK else { return TransportError(.interrupted, "\(name): the answer has no head") }
        guard connectStatus == 0 || connectStatus / 100 == 2 else {
            return TransportError(.proxyFailed, "\(name): the proxy answered \(connectStatus)")
        }
        let kind = handle.isFailureAlert ? Code.tlsFailed : TransportError.kind(of: code)
        switch kind {
        case .connectFailed:
            let errno = Int32(truncatingIfNeeded: handle.number(CURLINFO_OS_ERRNO))
            let what = "\(name): cannot connect\(transfer.mayUseProxy ? " to it or to the proxy" : "")"
            return TransportError(kind, errno == 0 ? what : "\(SystemError(what, code: errno))")
        case .tlsFailed:
            let verdict = handle.number(CURLINFO_SSL_VERIFYRESULT)
            if let reason = CertificateVerdict.reason(verdict) {
                return TransportError(kind, "\(name): the server's certificate is not trusted: \(reason)")
            }
            if handle.isFailureAlert {
                return TransportError(kind, "\(name): the server refused the client by TLS alert")
            }
        default: break
        }
        return TransportError(kind, "\(name): \(unsafe String(cString: curl_easy_strerror(code)))")
    }

    /// The codes that an https exchange can end with. Any other is one of another protocol, or new: without an answer, it
    /// has been interrupted.
    static func kind(of code: CURLcode) -> Code {
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION,
            CURLE_SETOPT_OPTION_SYNTAX, CURLE_NOT_BUILT_IN:
            .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST: .nameNotResolved
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_NO_CONNECTION_AVAILABLE: .connectFailed
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT, CURLE_SSL_SHUTDOWN_FAILED, CURLE_USE_SSL_FAILED,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED:
            .tlsFailed
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxyFailed
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_FILESIZE_EXCEEDED: .responseTooLarge
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_PARTIAL_FILE, CURLE_WRITE_ERROR,
            CURLE_READ_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_BAD_CONTENT_ENCODING,
            CURLE_SEND_FAIL_REWIND, CURLE_AGAIN, CURLE_CHUNK_FAILED, CURLE_ABORTED_BY_CALLBACK, CURLE_OUT_OF_MEMORY,
            CURLE_UNRECOVERABLE_POLL:
            .interrupted
        default: .interrupted
        }
    }
}
