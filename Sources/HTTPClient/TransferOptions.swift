internal import CCurl
internal import HTTPTransport

extension EasyHandle {
    /// Seconds of quiet before the kernel asks whether the peer is still there, and between its questions. With
    /// TCP_USER_TIMEOUT a silent peer is given up after half a minute.
    private static let keepAlive = (idle: 30, interval: 10)

    /// Says everything about an exchange that libcurl should know. `isConfigured` tells whether it agreed.
    func configure(_ order: Order, _ settings: HTTPClientSettings) {
        set(CURLOPT_URL, order.request.url)
        set(CURLOPT_PROTOCOLS_STR, order.destination.isLoopback ? "https,http" : "https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NOSIGNAL, 1)
        // A resolver that hangs must not hold the thread when its exchange is given up.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(min(settings.connectTimeout, order.request.timeout).milliseconds))
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TCP_KEEPIDLE, EasyHandle.keepAlive.idle)
        set(CURLOPT_TCP_KEEPINTVL, EasyHandle.keepAlive.interval)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        setSharing(order.delivery)
        setTLS(order.tls)
        setProxy(settings.proxy, isLoopback: order.destination.isLoopback)
        setMessage(order.request, userAgent: settings.userAgent)
    }

    /// Whole answers share a connection. A stream gets one of its own, over HTTP/1.1, so that a reader who falls behind
    /// leaves the bytes in the kernel and at the peer: on a shared connection, what the peer already had leave to send
    /// would pile up in libcurl or hold up the answers behind it.
    private func setSharing(_ delivery: Order.Delivery) {
        switch delivery {
        case .whole:
            set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
            set(CURLOPT_PIPEWAIT, 1)
        case .stream:
            set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
            set(CURLOPT_FRESH_CONNECT, 1)
            set(CURLOPT_FORBID_REUSE, 1)
        }
    }

    private func setTLS(_ tls: ClientTLS) {
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let authorities = tls.authorities {
            // The folder of the system's authorities would otherwise be trusted beside the blob.
            set(CURLOPT_CAINFO, nil)
            set(CURLOPT_CAPATH, nil)
            set(CURLOPT_CAINFO_BLOB, blob: authorities)
        }
        if let certificate = tls.certificate {
            set(CURLOPT_SSLCERTTYPE, "PEM")
            set(CURLOPT_SSLCERT_BLOB, blob: certificate)
        }
        if let key = tls.key {
            set(CURLOPT_SSLKEYTYPE, "PEM")
            set(CURLOPT_SSLKEY_BLOB, blob: key)
        }
    }

    /// Both are always set: libcurl would read the environment itself, while other threads may write it.
    private func setProxy(_ proxy: ProxySettings, isLoopback: Bool) {
        set(CURLOPT_PROXY, isLoopback ? "" : proxy.url ?? "")
        set(CURLOPT_NOPROXY, proxy.exceptions)
    }

    private func setMessage(_ request: OutgoingRequest, userAgent: String) {
        let bodyMethods: Set<String> = ["POST", "PUT", "PATCH"]
        let hasBody = !request.body.isEmpty || bodyMethods.contains(request.method)
        if hasBody { setBody(request.body) }
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else {
            set(CURLOPT_CUSTOMREQUEST, request.method)
        }
        let fields = FieldList()
        var isListed = true
        for field in request.fields { isListed = fields.append(field.name, field.value) && isListed }
        func lacks(_ name: String) -> Bool { !request.fields.contains { $0.name.lowercased() == name } }
        if lacks("user-agent") { isListed = fields.append("user-agent", userAgent) && isListed }
        if lacks("accept") { isListed = fields.suppress("accept") && isListed }
        if hasBody {
            if lacks("content-type") { isListed = fields.suppress("content-type") && isListed }
            isListed = fields.suppress("expect") && isListed
        }
        setFields(fields, isComplete: isListed)
    }
}
