internal import RawJSON

/// A JSON merge patch (RFC 7386) of an object's metadata and a Secret's data, and of nothing else.
package struct MergePatch: Sendable {
    /// The version the decision was made on. The API server answers 409 when the object has another one by now.
    package let resourceVersion: String
    /// Nil removes an annotation.
    package var annotations: [String: String?]
    /// Values as they are, not yet base64; nil removes a key. Only for Secrets.
    package var data: [String: Redacted<[UInt8]>?]

    package init(
        resourceVersion: String, annotations: [String: String?] = [:], data: [String: Redacted<[UInt8]>?] = [:]
    ) {
        self.resourceVersion = resourceVersion
        self.annotations = annotations
        self.data = data
    }

    /// The patch as it is sent, keys in order.
    var body: [UInt8] {
        var body: [UInt8] = []
        body.append(#"{"metadata":{"resourceVersion":"#)
        body.append(quoted: resourceVersion)
        if !annotations.isEmpty {
            body.append(#","annotations":{"#)
            for (position, (key, value)) in annotations.sorted(by: { $0.key < $1.key }).enumerated() {
                if position > 0 { body.append(",") }
                body.append(quoted: key)
                body.append(":")
                if let value { body.append(quoted: value) } else { body.append("null") }
            }
            body.append("}")
        }
        body.append("}")
        if !data.isEmpty {
            body.append(#","data":{"#)
            for (position, (key, value)) in data.sorted(by: { $0.key < $1.key }).enumerated() {
                if position > 0 { body.append(",") }
                body.append(quoted: key)
                body.append(":")
                guard let value else {
                    body.append("null")
                    continue
                }
                body.append("\"")
                body.append(base64: value.value)
                body.append("\"")
            }
            body.append("}")
        }
        body.append("}")
        return body
    }
}
