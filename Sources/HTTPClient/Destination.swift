internal import CCurl
internal import HTTPTransport

/// Where a URL points, read by the parser that libcurl itself will use on it, so that no two opinions exist.
struct Destination: Sendable {
    /// The host, and the port where the URL names one. Fit for logs and errors.
    let name: String
    /// Whether the host is this machine, whatever the resolver says.
    let isLoopback: Bool

    /// - Throws: `.invalidRequest` for anything but https, or http to a loopback host; for credentials in the URL, which
    ///   libcurl would send; for what is no URL at all.
    init(_ url: String) throws(TransportError) {
        guard let parsed = ParsedURL(url), let scheme = parsed.part(CURLUPART_SCHEME),
            let host = parsed.part(CURLUPART_HOST)
        else { throw TransportError(.invalidRequest, "the URL is malformed") }
        isLoopback = Destination.isLoopback(host)
        name = parsed.part(CURLUPART_PORT).map { "\(host):\($0)" } ?? host
        guard scheme == "https" || (scheme == "http" && isLoopback) else {
            throw TransportError(.invalidRequest, "\(name): only https is allowed, and http to a loopback host")
        }
        guard parsed.part(CURLUPART_USER) == nil, parsed.part(CURLUPART_PASSWORD) == nil else {
            throw TransportError(.invalidRequest, "\(name): the URL must not carry credentials")
        }
    }

    /// `localhost` counts, because libcurl never asks a resolver for it.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// libcurl's reading of an absolute URL, owned.
@safe private final class ParsedURL {
    private let handle: OpaquePointer

    init?(_ url: String) {
        guard !url.utf8.contains(0), let made = unsafe curl_url() else { return nil }
        unsafe handle = unsafe made
        guard unsafe curl_url_set(made, CURLUPART_URL, url, 0) == CURLUE_OK else { return nil }
    }

    deinit { unsafe curl_url_cleanup(handle) }

    /// A part as it was written; nil when the URL lacks it.
    func part(_ which: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(handle, which, &text, 0) == CURLUE_OK, let found = unsafe text else { return nil }
        defer { unsafe curl_free(found) }
        return unsafe String(cString: found)
    }
}
