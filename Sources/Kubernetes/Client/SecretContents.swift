internal import RawJSON

/// A Secret that was read as a whole: what was asked for of it.
package struct SecretContents: Sendable, Equatable {
    package let metadata: ObjectMetadata
    /// The keys of its data, all of them.
    package let keys: Set<String>
    /// The values that were asked for and are there.
    package let values: [String: Redacted<[UInt8]>]

    package init(metadata: ObjectMetadata, keys: Set<String>, values: [String: Redacted<[UInt8]>] = [:]) {
        self.metadata = metadata
        self.keys = keys
        self.values = values
    }
}

extension KubernetesClient {
    /// Reads a Secret with its data.
    ///
    /// - Parameter values: the keys whose values are wanted; those of the others are not decoded.
    package func secret(
        _ key: ObjectKey, selecting selection: MetadataSelection, values wanted: Set<String> = []
    ) async throws(KubernetesError) -> SecretContents {
        let call = call("GET", .secrets, key)
        let body = try await send(call)
        var index = JSONIndex()
        let root: JSONValue
        do {
            root = try index.read(unsafe body.span.bytes)
        } catch {
            throw KubernetesError(.malformed, "\(call.subject): the answer is not JSON: \(error)")
        }
        guard let metadata = ObjectMetadata(root, selection) else {
            throw KubernetesError(.malformed, "\(call.subject): the answer is not an object with a name")
        }
        var keys: Set<String> = []
        var values: [String: Redacted<[UInt8]>] = [:]
        if let data = root.field("data") {
            var members = data.members
            while let member = members.nextMember() {
                guard let name = member.key.string else { continue }
                keys.insert(name)
                guard wanted.contains(name), let text = member.value.string else { continue }
                guard let bytes = [UInt8](base64: text) else {
                    throw KubernetesError(.malformed, "\(call.subject): data[\(name)] is not base64")
                }
                values[name] = Redacted(bytes)
            }
        }
        return SecretContents(metadata: metadata, keys: keys, values: values)
    }

    /// Creates a Secret.
    ///
    /// - Parameters:
    ///   - type: such as `Opaque`; it can never be changed.
    ///   - data: values as they are, not yet base64.
    /// - Throws: `.alreadyExists` when there is one of that name. No value is in any message.
    package func createSecret(
        _ key: ObjectKey, type: String, labels: [String: String], data: [String: Redacted<[UInt8]>]
    ) async throws(KubernetesError) {
        var body: [UInt8] = []
        body.append(#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"#)
        body.append(quoted: key.name)
        body.append(#","labels":"#)
        body.appendObject(labels) { body, label in body.append(quoted: label) }
        body.append(#"},"type":"#)
        body.append(quoted: type)
        body.append(#","data":"#)
        body.appendObject(data) { body, value in
            body.append("\"")
            body.append(base64: value.value)
            body.append("\"")
        }
        body.append("}")
        var call = APICall("POST", .secrets, namespace: key.namespace, query: [("fieldManager", fieldManager)])
        call.contentType = APICall.json
        call.accept = APICall.metadata
        call.carriesSecret = true
        call.body = body
        _ = try await send(call)
    }
}

extension [UInt8] {
    /// A JSON object, keys in order.
    fileprivate mutating func appendObject<Value>(
        _ members: [String: Value], _ appendValue: (inout [UInt8], Value) -> Void
    ) {
        append("{")
        for (position, (key, value)) in members.sorted(by: { $0.key < $1.key }).enumerated() {
            if position > 0 { append(",") }
            append(quoted: key)
            append(":")
            appendValue(&self, value)
        }
        append("}")
    }
}
