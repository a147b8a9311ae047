internal import RawJSON

/// One page of a list.
package struct MetadataPage: Sendable, Equatable {
    package let items: [ObjectMetadata]
    /// Of the whole list: all pages show the state at this moment.
    package let resourceVersion: String
    /// Asks for the next page; nil for the last one. Opaque.
    package let continuation: String?

    package init(items: [ObjectMetadata], resourceVersion: String, continuation: String? = nil) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continuation = continuation
    }

    /// - Throws: `KubernetesError.malformed` for a body that is no list of objects with names.
    init(_ body: [UInt8], _ selection: MetadataSelection, subject: String) throws(KubernetesError) {
        var index = JSONIndex()
        let root: JSONValue
        do {
            root = try index.read(unsafe body.span.bytes)
        } catch {
            throw KubernetesError(.malformed, "\(subject): the list is not JSON: \(error)")
        }
        guard let metadata = root.field("metadata"), root.field("items") == nil || root.field("items")?.isArray == true
        else { throw KubernetesError(.malformed, "\(subject): the answer is not a list") }
        var items: [ObjectMetadata] = []
        var elements = root.elements(of: "items")
        while let element = elements.nextElement() {
            guard let item = ObjectMetadata(element, selection) else {
                throw KubernetesError(.malformed, "\(subject): an object in the list has no name")
            }
            items.append(item)
        }
        self.init(
            items: items, resourceVersion: metadata.text("resourceVersion") ?? "",
            continuation: metadata.text("continue"))
    }
}
