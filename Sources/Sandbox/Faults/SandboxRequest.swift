internal import HTTPSemantics
package import PodManifests

/// A request as the services here see it.
package struct SandboxRequest: Sendable {
    package var method: String
    /// As received, without the query.
    package var path: String
    /// Decoded; the last of a name wins.
    package var query: [String: String]
    package var accept: String
    /// Without parameters.
    package var contentType: String
    package var authorization: String
    package var fields: [String: String]
    package var body: [UInt8]

    package init(
        _ method: String, _ target: String, accept: String = "", contentType: String = "application/json",
        authorization: String = "", fields: [String: String] = [:], body: [UInt8] = []
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.method = method
        path = parts.first.map(String.init) ?? ""
        query = Self.parameters(parts.count > 1 ? String(parts[1]) : "")
        self.accept = accept
        self.contentType = contentType
        self.authorization = authorization
        self.fields = fields
        self.body = body
    }

    init(_ head: RequestHead, body: RawSpan) {
        let methods: [(HTTPMethod, String)] = [
            (.get, "GET"), (.head, "HEAD"), (.post, "POST"), (.put, "PUT"), (.patch, "PATCH"), (.delete, "DELETE"),
        ]
        var bytes: [UInt8] = []
        bytes.append(body)
        let type = head.value(of: "content-type") ?? ""
        self.init(
            methods.first { $0.0 == head.method }?.1 ?? "OTHER", head.path + "?" + head.query,
            accept: head.value(of: "accept") ?? "",
            contentType: type.split(separator: ";").first.map(String.init) ?? "",
            authorization: head.value(of: "authorization") ?? "",
            fields: ["x-github-stateless-s2s-token": head.value(of: "x-github-stateless-s2s-token") ?? ""], body: bytes)
    }

    /// The decoded segments of the path.
    package var segments: [String] { path.split(separator: "/").map { Self.decoded($0) } }

    /// Whether the request is to be judged and answered, but nothing stored (`?dryRun=All`).
    var isTrial: Bool { query["dryRun"] == "All" }

    /// The body as a tree.
    ///
    /// - Throws: 400 for what cannot be read.
    package func object() throws(APIStatus) -> ManifestValue {
        if contentType == "application/vnd.kubernetes.protobuf" { return try ProtobufObject.object(body) }
        do throws(ManifestError) {
            // kubectl sends YAML where it was told to, so both forms are read.
            guard let first = try ManifestReader.manifests(in: body, file: "request").first else { return .null }
            return first.value
        } catch {
            throw .badRequest("the body of the request cannot be read")
        }
    }

    private static func parameters(_ query: String) -> [String: String] {
        query.split(separator: "&").reduce(into: [:]) { all, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            all[decoded(parts[0])] = parts.count > 1 ? decoded(parts[1]) : ""
        }
    }

    /// Percent-decoded (RFC 3986 section 2.1), with `+` as a space.
    private static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
