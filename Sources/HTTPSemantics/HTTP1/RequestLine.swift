/// Where the parts of a request line are (RFC 9112 section 3): `method SP request-target SP HTTP-version`, one space each.
struct RequestLine {
    let method: HTTPMethod
    /// The part of the target that names a resource here: an absolute-form target is reduced to its path and query.
    let target: Range<Int>
    /// An absolute-form `http://host` has no path; the root is meant.
    let targetIsRoot: Bool
    /// True for HTTP/1.0, whose connections end with the answer.
    let isHTTP10: Bool

    /// - Parameter line: the line without its CRLF.
    init(_ line: Span<UInt8>) throws(RequestRefusal) {
        var methodEnd = 0
        while methodEnd < line.count, line[methodEnd].isTokenByte { methodEnd += 1 }
        guard methodEnd > 0, methodEnd < line.count, line[methodEnd] == UInt8(ascii: " ") else {
            throw .badRequestLine
        }

        let targetStart = methodEnd + 1
        var targetEnd = targetStart
        while targetEnd < line.count, line[targetEnd].isTargetByte { targetEnd += 1 }
        guard targetEnd > targetStart, targetEnd < line.count, line[targetEnd] == UInt8(ascii: " ") else {
            throw .badRequestLine
        }

        let name = line.extracting(0..<methodEnd)
        let isPRI = ("PRI" as StaticString).equals(name)
        isHTTP10 = try RequestLine.isHTTP10(line.extracting((targetEnd + 1)...), methodIsPRI: isPRI)
        method = HTTPMethod(name)

        switch line[targetStart] {
        case UInt8(ascii: "/"):
            target = targetStart..<targetEnd
            targetIsRoot = false
        case UInt8(ascii: "*"):
            guard method == .options, targetEnd == targetStart + 1 else { throw .badTarget }
            target = targetStart..<targetEnd
            targetIsRoot = false
        default:
            target = try RequestLine.pathOfAbsoluteForm(line, targetStart..<targetEnd)
            targetIsRoot = target.isEmpty
        }
    }

    private static func isHTTP10(_ version: Span<UInt8>, methodIsPRI: Bool) throws(RequestRefusal) -> Bool {
        guard version.count == 8, ("HTTP/" as StaticString).equals(version.extracting(0..<5)),
            version[5].isDigit, version[6] == UInt8(ascii: "."), version[7].isDigit
        else { throw .badRequestLine }
        if methodIsPRI { throw .http2Preface }
        guard version[5] == UInt8(ascii: "1"), version[7] <= UInt8(ascii: "1") else { throw .versionNotSupported }
        return version[7] == UInt8(ascii: "0")
    }

    /// A server must accept the absolute form (RFC 9112 section 3.2.2). Its authority chooses nothing here, as Host does
    /// not, but it has to be one; user information is refused, which RFC 9110 section 4.2.4 asks for.
    private static func pathOfAbsoluteForm(
        _ line: Span<UInt8>, _ target: Range<Int>
    ) throws(RequestRefusal) -> Range<Int> {
        guard var start = afterScheme(line, target) else { throw .badTarget }
        var end = start
        while end < target.upperBound, line[end] != UInt8(ascii: "/"), line[end] != UInt8(ascii: "?") { end += 1 }
        guard HostValue.isValid(line.extracting(start..<end)) else { throw .badTarget }
        start = end
        // `http://host?query` has an empty path, which is the root, and a query that no handler here reads.
        if start < target.upperBound, line[start] == UInt8(ascii: "?") { start = target.upperBound }
        return start..<target.upperBound
    }

    private static func afterScheme(_ line: Span<UInt8>, _ target: Range<Int>) -> Int? {
        for scheme in ["http://", "https://"] as [StaticString] {
            let end = target.lowerBound + scheme.utf8CodeUnitCount
            if end <= target.upperBound, scheme.equalsLowered(line.extracting(target.lowerBound..<end)) { return end }
        }
        return nil
    }
}

extension HTTPMethod {
    /// Methods are case-sensitive (RFC 9110 section 9.1).
    package init(_ name: Span<UInt8>) {
        if ("POST" as StaticString).equals(name) {
            self = .post
        } else if ("GET" as StaticString).equals(name) {
            self = .get
        } else if ("HEAD" as StaticString).equals(name) {
            self = .head
        } else if ("PUT" as StaticString).equals(name) {
            self = .put
        } else if ("PATCH" as StaticString).equals(name) {
            self = .patch
        } else if ("DELETE" as StaticString).equals(name) {
            self = .delete
        } else if ("OPTIONS" as StaticString).equals(name) {
            self = .options
        } else {
            self = .other
        }
    }

    /// Whether a request of this method without any length is a mistake rather than one without a body.
    var needsLength: Bool {
        switch self {
        case .post, .put, .patch: true
        case .get, .head, .delete, .options, .other: false
        }
    }
}
