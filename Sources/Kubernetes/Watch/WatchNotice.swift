internal import RawJSON

/// One line of a watch.
enum WatchNotice: Sendable, Equatable {
    /// ADDED or MODIFIED: which of them depends on what the server remembers, so nothing depends on it here.
    case applied(ObjectMetadata)
    case deleted(ObjectMetadata)
    /// Nothing happened up to this resourceVersion.
    case bookmark(resourceVersion: String)
    /// The server gives up on this watch.
    case error(APIStatus)

    /// - Throws: `KubernetesError.malformed` for what is no event. It shows no byte of the line.
    init(_ line: [UInt8], _ selection: MetadataSelection) throws(KubernetesError) {
        var index = JSONIndex()
        let root: JSONValue
        do {
            root = try index.read(unsafe line.span.bytes)
        } catch {
            throw KubernetesError(.malformed, "A watch event is not JSON: \(error)")
        }
        guard let type = root.field("type"), let object = root.field("object") else {
            throw KubernetesError(.malformed, "A watch event has no type or no object")
        }
        if type.isText("ERROR") {
            self = .error(APIStatus(object))
        } else if type.isText("BOOKMARK") {
            guard let version = object.field("metadata")?.text("resourceVersion") else {
                throw KubernetesError(.malformed, "A bookmark has no resourceVersion")
            }
            self = .bookmark(resourceVersion: version)
        } else {
            guard let metadata = ObjectMetadata(object, selection), !metadata.resourceVersion.isEmpty else {
                throw KubernetesError(.malformed, "The object of a watch event has no name or no resourceVersion")
            }
            if type.isText("ADDED") || type.isText("MODIFIED") {
                self = .applied(metadata)
            } else if type.isText("DELETED") {
                self = .deleted(metadata)
            } else {
                throw KubernetesError(.malformed, "A watch event has an unknown type")
            }
        }
    }
}
