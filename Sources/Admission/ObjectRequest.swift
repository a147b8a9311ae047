import RawJSON
import TokenInjection

/// The question that the API server asks about a pod.
struct PodRequest: ~Escapable {
    /// Why the pod need not be looked at; nil if it must.
    let skipReason: SkipReason?

    let object: JSONValue?
    let namespace: JSONValue?

    /// The name to be used in messages: a pod that is created from a template may have only the beginning of one yet.
    let name: JSONValue?
    let isDryRun: Bool

    @_lifetime(copy envelope)
    init(_ envelope: borrowing ReviewEnvelope) throws(MalformedReview) {
        let kind = try envelope.object("kind", .kind)
        let operation = try envelope.text("operation", .operation)
        let subResource = try envelope.text("subResource", .subResource)
        let object = try envelope.object("object", .object)
        let namespace = try envelope.text("namespace", .namespace)
        let name = try envelope.text("name", .name)
        isDryRun = try envelope.isDryRun()

        let group = kind?.field("group")
        let isPod = kind?.field("kind")?.isText("Pod") == true && (group?.isText("") ?? true)
        if !isPod {
            skipReason = .notAPod
        } else if operation?.isText("CREATE") != true {
            skipReason = .notCreate
        } else if let subResource, subResource.textBound > 0 {
            skipReason = .subresource
        } else {
            skipReason = object == nil ? .noObject : nil
        }

        let metadata = object?.field("metadata")
        self.object = object
        if let namespace {
            self.namespace = namespace
        } else {
            self.namespace = metadata?.field("namespace")
        }
        if let name {
            self.name = name
        } else if let name = metadata?.field("name") {
            self.name = name
        } else {
            self.name = metadata?.field("generateName")
        }
    }
}
