import RawJSON

/// What a pod's labels and annotations ask for.
struct PodSelection: ~Escapable {
    /// One of Kelos's own: a Task, a Session or a worker.
    let isKelos: Bool

    /// The label asks for the token.
    let optedIn: Bool

    /// The label forbids it.
    let optedOut: Bool

    /// The label asks for the gh wrapper too.
    let wantsWrapper: Bool

    let isMirror: Bool

    /// All of them, of whatever type.
    let annotations: JSONValue?

    /// The value of the annotation that names the Secret.
    let secret: JSONValue?

    /// The value of the annotation that names containers.
    let containers: JSONValue?

    @_lifetime(copy pod)
    init(of pod: JSONValue) {
        let metadata = pod.field("metadata")
        let labels = metadata?.field("labels")
        let managedBy = labels?.field(TokenNames.Label.managedBy)
        let component = labels?.field(TokenNames.Label.component)
        isKelos =
            managedBy?.isText("kelos-controller") == true
            && (component?.isText("task") == true || component?.isText("session") == true
                || component?.isText("worker") == true)
        let token = labels?.field(TokenNames.Label.token)
        optedIn = token?.isText("enabled") == true
        optedOut = token?.isText("disabled") == true
        wantsWrapper = labels?.field(TokenNames.Label.wrapper)?.isText("enabled") == true
        annotations = metadata?.field("annotations")
        isMirror = annotations?.member(TokenNames.Annotation.mirror) != nil
        secret = annotations?.member(TokenNames.Annotation.secret)
        containers = annotations?.field(TokenNames.Annotation.containers)
    }

    /// Why the labels rule the pod out; nil if they select it.
    var skipReason: SkipReason? {
        if optedOut { return .optedOut }
        return isKelos || optedIn ? nil : .notSelected
    }
}
