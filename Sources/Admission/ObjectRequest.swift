import RawJSON
import TokenInjection

/// The question that the API server asks about an object.
struct ObjectRequest: ~Escapable {
    let kind: JSONValue?
    let operation: JSONValue?
    let object: JSONValue?
    let namespace: JSONValue?

    /// The name to be used in messages: an object that is created from a template may have only the beginning of one yet.
    let name: JSONValue?
    let isSubresource: Bool
    let isDryRun: Bool

    @_lifetime(copy envelope)
    init(_ envelope: borrowing ReviewEnvelope) throws(MalformedReview) {
        kind = try envelope.object("kind", .kind)
        operation = try envelope.text("operation", .operation)
        let subResource = try envelope.text("subResource", .subResource)
        let object = try envelope.object("object", .object)
        let namespace = try envelope.text("namespace", .namespace)
        let name = try envelope.text("name", .name)
        isDryRun = try envelope.isDryRun()
        isSubresource = (subResource?.textBound ?? 0) > 0

        let metadata = object?.field("metadata")
        self.object = object
        if let namespace {
            self.namespace = namespace
        } else {
            self.namespace = metadata?.field("namespace")
        }
        if let name, name.textBound > 0 {
            self.name = name
        } else if let name = metadata?.field("name") {
            self.name = name
        } else {
            self.name = metadata?.field("generateName")
        }
    }

    /// Why an object that should be a pod need not be looked at; nil if it must.
    var podSkipReason: SkipReason? {
        let group = kind?.field("group")
        let isPod = kind?.field("kind")?.isText("Pod") == true && (group?.isText("") ?? true)
        if !isPod { return .notAPod }
        if operation?.isText("CREATE") != true { return .notCreate }
        if isSubresource { return .subresource }
        return object == nil ? .noObject : nil
    }

    /// Why an object of a kind of Kelos need not be looked at; nil if it must.
    var kelosSkipReason: SkipReason? {
        if operation?.isText("CREATE") != true, operation?.isText("UPDATE") != true { return .notCreateOrUpdate }
        if isSubresource { return .subresource }
        return object == nil ? .noObject : nil
    }
}
