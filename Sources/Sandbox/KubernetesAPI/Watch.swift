internal import HTTPSemantics
internal import PodManifests

/// One client's watch.
struct Watch: Sendable {
    let representation: Representation
    let namespace: String?
    let selector: ObjectSelector
    let stream: ResponseStream
    let wantsBookmarks: Bool
    /// Seconds since 1970.
    let endsAt: Int64
    var nextBookmark: Int64

    func send(_ event: ManifestValue) {
        stream.append(JSONWriter.compact(event) + [UInt8(ascii: "\n")])
    }

    func tell(_ change: ObjectChange) {
        guard change.resource == representation.resource,
            let event = representation.event(change, namespace: namespace, selector: selector)
        else { return }
        send(event)
    }
}

/// What to do to every open watch, for tests: each is something that happens to watches of real API servers.
package enum WatchDisturbance: String, Sendable {
    /// They end in order.
    case finish
    /// Their connections break.
    case abort
    /// Half an event is sent, then the connection breaks.
    case halfLine = "half-line"
    /// An ERROR event with code 410, then the end.
    case expire
    /// They get no further event and stay open.
    case stall
    /// History is forgotten, so that none can be resumed.
    case compact
}
